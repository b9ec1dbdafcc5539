using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;
using RobustnessGate.Diagnostics;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>
/// The assemblies of a model's own folder that it needs, directly or through each other. They run with it, so they are
/// part of what a pin pins: read once, before anything of them runs, and what was hashed is what is loaded.
/// </summary>
internal sealed class PrivateAssemblies
{
    /// <summary>Come from the tool, so that tensors mean the same on both sides.</summary>
    private static readonly Assembly[] Tools = [typeof(Tensor).Assembly, typeof(PrivateAssemblies).Assembly];

    private readonly SortedDictionary<string, byte[]> _images = new(StringComparer.OrdinalIgnoreCase);

    private PrivateAssemblies()
    {
    }

    public static PrivateAssemblies None { get; } = new();

    /// <summary>SHA-256 over, for each in the order of names: its name in UTF-8, a zero byte, its SHA-256; null without any.</summary>
    public byte[]? Digest { get; private set; }

    /// <param name="bytes">The model's assembly.</param>
    /// <exception cref="MistakeException">RG0419: the list of dependencies beside the assembly is damaged.</exception>
    public static PrivateAssemblies Of(byte[] bytes, string path, string display)
    {
        var found = new PrivateAssemblies();
        var resolver = Resolver(path, display);
        var images = new Queue<byte[]>([bytes]);
        while (images.TryDequeue(out var image))
        {
            foreach (var name in References(image).Where(name => Shared(name) is null && found.Find(name) is null))
            {
                if (resolver.ResolveAssemblyToPath(name) is { } file)
                {
                    found._images.Add(name.Name!, File.ReadAllBytes(file));
                    images.Enqueue(found._images[name.Name!]);
                }
            }
        }

        if (found._images.Count > 0)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var (name, image) in found._images)
            {
                hash.AppendData([.. Encoding.UTF8.GetBytes(name), 0, .. SHA256.HashData(image)]);
            }

            found.Digest = hash.GetHashAndReset();
        }

        return found;
    }

    public static Assembly? Shared(AssemblyName name) => Array.Find(Tools, assembly => assembly.GetName().Name == name.Name);

    public byte[]? Find(AssemblyName name) => _images.GetValueOrDefault(name.Name!);

    private static AssemblyDependencyResolver Resolver(string path, string display)
    {
        try
        {
            return new(Path.GetFullPath(path));
        }
        catch (InvalidOperationException)
        {
            throw MistakeException.InFile("RG0419", display,
                "the list of the assembly's dependencies (.deps.json) beside it is damaged, so that nobody can say what would run. Build the assembly again.");
        }
    }

    /// <summary>What an image refers to; nothing where it is no .NET assembly, which is refused elsewhere or never loaded.</summary>
    private static List<AssemblyName> References(byte[] image)
    {
        try
        {
            using var reader = new PEReader(new MemoryStream(image));
            var metadata = reader.HasMetadata ? reader.GetMetadataReader() : null;
            return metadata is null ? [] : [.. metadata.AssemblyReferences.Select(handle => metadata.GetAssemblyReference(handle).GetAssemblyName())];
        }
        catch (Exception exception) when (exception is BadImageFormatException or ArgumentException)
        {
            return [];
        }
    }
}
