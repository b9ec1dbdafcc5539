using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Policies.Keys;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies;

/// <summary>From the text of <c>robustness.yml</c> to a validated <see cref="Policy"/>, or to all of its mistakes at once.</summary>
internal static class PolicyReader
{
    /// <summary>Reads a policy file. Whether model and data exist is for their readers to say.</summary>
    /// <param name="path">Absolute, or relative to the current directory; findings repeat it as given.</param>
    /// <exception cref="MistakeException">The file cannot be read, or says something that is not a policy.</exception>
    public static Policy Read(string path)
    {
        byte[] bytes;
        try
        {
            if (Directory.Exists(path))
            {
                throw new IOException("it is a directory; name the file in it, usually robustness.yml");
            }

            bytes = ReadBounded(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw MistakeException.InFile(
                Codes.Unreadable, path,
                "no policy is here. Name one with --policy, or write one; robustness.yml.example of RobustnessGate is a start (looked in the current directory unless the path is absolute).");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var reason = error is UnauthorizedAccessException ? "access is denied" : error.Message.TrimEnd('.');
            throw MistakeException.InFile(Codes.Unreadable, path, $"the policy cannot be read: {reason}.");
        }

        return Parse(bytes, path);
    }

    /// <summary>Reads a policy from its bytes.</summary>
    /// <param name="path">The file that the bytes are taken to be of: findings name it, and relative paths start at its directory.</param>
    /// <exception cref="MistakeException">The bytes are not a policy.</exception>
    public static Policy Parse(ReadOnlySpan<byte> bytes, string path)
    {
        var absolute = Path.GetFullPath(path);
        var reading = new Reading(path, Path.GetDirectoryName(absolute) ?? absolute);
        var text = YamlText.Decode(bytes, reading);
        var root = text is null ? null : YamlTree.Read(text, reading);
        var policy = root is null ? null : Bind(root, reading, new PolicySource(
            absolute, path, Convert.ToHexStringLower(SHA256.HashData(bytes)), Places(root)));
        return policy ?? throw new MistakeException(ExitCode.InvalidInput, reading.Findings());
    }

    private static Policy? Bind(Node root, Reading reading, PolicySource source)
    {
        if (root is not MappingNode mapping)
        {
            reading.Refuse(
                Codes.WrongKind, root,
                $"a policy is a mapping that starts with 'version: {PolicyKeys.CurrentVersion}', not {root.Kind}. Is this a policy file?");
            return null;
        }

        if (IsOfLaterVersion(mapping.Find(PolicyKeys.Version.Name), out var version))
        {
            // What else a later format means cannot be judged here.
            reading.Refuse(
                Codes.Version, mapping.Find(PolicyKeys.Version.Name)!,
                $"this policy is of version {version}; this tool reads version {PolicyKeys.CurrentVersion}. Update the tool, or write the policy for version {PolicyKeys.CurrentVersion}.");
            return null;
        }

        var fields = Section.Read(mapping, PolicyKeys.All, reading);
        CrossChecks.Run(mapping, reading);
        return reading.Mistakes > 0
            ? null
            : new Policy(
                fields.Get(PolicyKeys.Version), fields.Get(PolicyKeys.Seed), fields.Get(PolicyKeys.Device)!,
                fields.Get(PolicyKeys.Model)!, fields.Get(PolicyKeys.Data)!, fields.Get(PolicyKeys.Indicator),
                fields.Get(PolicyKeys.Attacks), fields.Get(PolicyKeys.Gate)!, fields.Get(PolicyKeys.Report)!, source)
            {
                Harden = fields.Get(PolicyKeys.Harden),
            };
    }

    private static bool IsOfLaterVersion(Node? node, out int version)
    {
        version = 0;
        return node is ScalarNode { Plain: true, Text: var text }
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out version)
            && version > PolicyKeys.CurrentVersion;
    }

    private static ImmutableDictionary<string, (int Line, int Column)> Places(Node root)
    {
        var places = ImmutableDictionary.CreateBuilder<string, (int Line, int Column)>(StringComparer.Ordinal);
        Visit(root);
        return places.ToImmutable();

        void Visit(Node node)
        {
            places[node.Path] = (node.Line, node.Column);
            var children = node switch
            {
                MappingNode mapping => mapping.Entries.Select(entry => entry.Value),
                SequenceNode sequence => sequence.Items,
                _ => [],
            };
            foreach (var child in children)
            {
                Visit(child);
            }
        }
    }

    /// <summary>At most one byte more than a policy may have, whatever the path leads to.</summary>
    private static byte[] ReadBounded(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: 0 })
        {
            // Pipes and devices have no length, and reading them may never end.
            return [];
        }

        using var file = File.OpenRead(path);
        var buffer = new byte[YamlText.Longest + 1];
        return buffer[..file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
    }
}
