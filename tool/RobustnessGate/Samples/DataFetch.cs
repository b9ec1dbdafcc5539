using System.Collections.Immutable;
using System.Security.Cryptography;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Samples;

/// <param name="File">Name of the file being fetched.</param>
/// <param name="Bytes">Received so far.</param>
/// <param name="Total">To be received; equal to <paramref name="Bytes"/> where the file was already there.</param>
internal sealed record FetchProgress(string File, long Bytes, long Total);

/// <summary>
/// Downloads public data sets, the only code of the library that uses the network. A file appears under its name only
/// when it is whole and its SHA-256 is right; one that is already there and right is not fetched again.
/// </summary>
internal sealed class DataFetch(HttpClient http, Action<FetchProgress> progress)
{
    /// <summary>Longest silence of a server before the next address is tried.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A client without a limit for a whole download: silence is limited instead.</summary>
    public static HttpClient Client() => new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Fetches all files of a data set into a folder, which is made where it is missing.</summary>
    /// <returns>Names of the files that are now there and can stand in a policy.</returns>
    /// <exception cref="MistakeException">RG0341: no address gave the file; RG0342: what they gave is another file.</exception>
    /// <exception cref="OperationCanceledException">On <paramref name="cancel"/>; nothing half-fetched is left.</exception>
    public async Task<ImmutableArray<string>> Run(PublicData data, string folder, CancellationToken cancel)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var file in data.Files)
        {
            var path = Path.Combine(folder, file.Name);
            if (File.Exists(path) && DataFile.Sha256(path) == file.Sha256)
            {
                progress(new FetchProgress(file.Name, file.Bytes, file.Bytes));
            }
            else
            {
                await FetchFromAny(file, path, cancel);
            }

            if (!file.Members.IsEmpty)
            {
                TarMembers.Extract(path, file.Members, folder);
            }

            names.AddRange(file.Members.IsEmpty ? [file.Name] : file.Members);
        }

        return names.ToImmutable();
    }

    private async Task FetchFromAny(PublicFile file, string path, CancellationToken cancel)
    {
        var reasons = new List<string>();
        var foreign = false;
        foreach (var address in file.Addresses)
        {
            try
            {
                await AtomicFile.Write(path, stream => Receive(file, address, stream, cancel));
                return;
            }
            catch (InvalidDataException e)
            {
                foreign = true;
                reasons.Add($"{address} {e.Message}");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or TimeoutException)
            {
                reasons.Add($"{address}: {e.Message.Split('\n')[0].TrimEnd('\r')}");
            }
        }

        throw new MistakeException(ExitCode.InvalidInput, new Finding(
            foreign ? "RG0342" : "RG0341", Severity.Error, null, $"{file.Name} could not be fetched: {string.Join("; ", reasons)}. "
            + (foreign
                ? "It is not the file that is known by this name and was not kept. Try again later, or get it elsewhere and compare its SHA-256."
                : "Check the connection and the proxy, or place the file in the folder by hand.")));
    }

    /// <summary>Writes what the address gives, and throws <see cref="InvalidDataException"/> where that is not the file.</summary>
    private async Task Receive(PublicFile file, Uri address, Stream destination, CancellationToken cancel)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(Patience);
        try
        {
            using var response = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, silence.Token);
            response.EnsureSuccessStatusCode();
            await using var source = await response.Content.ReadAsStreamAsync(silence.Token);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 16];
            long bytes = 0;
            for (int read; (read = await source.ReadAsync(buffer, silence.Token)) > 0;)
            {
                silence.CancelAfter(Patience);
                bytes += read;
                if (bytes > file.Bytes)
                {
                    throw new InvalidDataException(FormattableString.Invariant($"gives more than the {file.Bytes} bytes that the file has"));
                }

                hash.AppendData(buffer, 0, read);
                await destination.WriteAsync(buffer.AsMemory(0, read), silence.Token);
                progress(new FetchProgress(file.Name, bytes, file.Bytes));
            }

            var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (sha256 != file.Sha256)
            {
                throw new InvalidDataException(FormattableString.Invariant($"gives {bytes} bytes with SHA-256 {sha256} instead of {file.Sha256}"));
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException(FormattableString.Invariant($"no answer for {Patience.TotalSeconds} seconds"));
        }
    }
}
