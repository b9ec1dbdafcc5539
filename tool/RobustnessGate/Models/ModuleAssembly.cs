using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>
/// Reads TorchSharp modules from assemblies. An assembly gets a load context of its own, in which its dependencies come
/// from its folder, except TorchSharp: that is the tool's, so that tensors mean the same on both sides.
/// </summary>
internal static class ModuleAssembly
{
    private const string Engine = "TorchSharp";

    /// <param name="weights">Set in every instance; null leaves what the constructor makes.</param>
    /// <param name="needed">What the assembly may load from its folder.</param>
    /// <exception cref="MistakeException">RG0409, RG0415, RG0419 to RG0422.</exception>
    public static ModuleNetwork Load(ModelSection model, byte[] bytes, StateDictionary? weights, PrivateAssemblies needed, string display)
    {
        CheckReferences(bytes, display);
        var assembly = new Context(model.Path, needed).LoadFromStream(new MemoryStream(bytes));
        var type = Choose(assembly, model.Type, display);
        var card = ModelCard.Empty with { Summary = $"TorchSharp module {type.FullName}" };
        if (weights is null)
        {
            RefuseChance(type, display);
            card = card with { Notes = ["There is no model.weights: the weights are those that the constructor makes."] };
        }

        return new ModuleNetwork("assembly", display, card, model.Input, () => Create(type, weights, display))
        {
            ExternalDigest = Digest(weights, needed),
        };
    }

    /// <summary>Of what belongs to the model beside its file; null where there is nothing.</summary>
    public static byte[]? Digest(StateDictionary? weights, PrivateAssemblies needed) =>
        weights is null && needed.Digest is null ? null : [.. weights?.Digest ?? [], .. needed.Digest ?? []];

    /// <summary>The TorchSharp that the assembly was built against must not be newer than the tool's.</summary>
    private static void CheckReferences(byte[] bytes, string display)
    {
        try
        {
            using var image = new PEReader(new MemoryStream(bytes));
            var metadata = image.HasMetadata ? image.GetMetadataReader() : throw new BadImageFormatException();
            var ours = typeof(torch).Assembly.GetName().Version!;
            foreach (var reference in metadata.AssemblyReferences.Select(metadata.GetAssemblyReference))
            {
                if (metadata.GetString(reference.Name) == Engine && reference.Version > ours)
                {
                    throw Versions(display, $"it was built against TorchSharp {reference.Version}, but this tool brings {ours}");
                }
            }
        }
        catch (BadImageFormatException)
        {
            throw MistakeException.InFile("RG0419", display, "this is not a .NET assembly, so there is no TorchSharp module in it.");
        }
    }

    private static Type Choose(Assembly assembly, string? name, string display)
    {
        var modules = Types(assembly, display)
            .Where(type => !type.IsAbstract && !type.ContainsGenericParameters && typeof(nn.Module<Tensor, Tensor>).IsAssignableFrom(type))
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .ToList();
        var known = modules.Count == 0 ? "it has none" : "it has " + string.Join(", ", modules.Select(type => type.FullName));
        return name is null
            ? modules is [var only]
                ? only
                : throw MistakeException.InFile("RG0419", display, $"which module is meant? Write model.type; the assembly's modules from tensor to tensor: {known}.")
            : modules.Find(type => type.FullName == name)
                ?? throw MistakeException.InFile("RG0419", display, $"there is no module '{name}' from tensor to tensor in this assembly: {known}.");
    }

    private static Type[] Types(Assembly assembly, string display)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            var missing = exception.LoaderExceptions.OfType<Exception>().Select(inner => inner.Message).Distinct().Order(StringComparer.Ordinal);
            throw Versions(display, $"some of its types cannot be loaded: {string.Join("; ", missing.Take(3))}");
        }
    }

    private static OpenedModule Create(Type type, StateDictionary? weights, string display)
    {
        var module = Construct(type, display);
        try
        {
            weights?.CopyTo(module);
        }
        catch
        {
            module.Dispose();
            throw;
        }

        return new OpenedModule(module, module.call)
        {
            Rewritten = weights is null ? null : model => WeightsFile.WithValues(File.ReadAllBytes(model.WeightsFile), model.WeightsFile, module.state_dict()),
        };
    }

    /// <summary>Without weights from a file every instance must have the same, else each load is another model under the same hash.</summary>
    private static void RefuseChance(Type type, string display)
    {
        using var once = Construct(type, display);
        using var again = Construct(type, display);
        var (first, second) = (once.state_dict(), again.state_dict());
        if (first.Count != second.Count || first.Any(entry => !second.TryGetValue(entry.Key, out var other) || !Same(entry.Value, other)))
        {
            throw MistakeException.InFile("RG0419", display,
                $"the constructor of {type.FullName} makes other weights each time, so that every run would measure another network. Train it, save its weights, and name model.weights.");
        }
    }

    /// <summary>To the bit, so that NaN equals itself.</summary>
    private static bool Same(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        return first.dtype == second.dtype && first.shape.SequenceEqual(second.shape)
            && first.cpu().contiguous().bytes.SequenceEqual(second.cpu().contiguous().bytes);
    }

    /// <summary>A constructor whose parameters all have defaults; a first parameter "name" may be without.</summary>
    private static nn.Module<Tensor, Tensor> Construct(Type type, string display)
    {
        var candidates = type.GetConstructors()
            .Select(constructor => (Constructor: constructor, Parameters: constructor.GetParameters()))
            .Where(candidate => candidate.Parameters.Skip(1).All(parameter => parameter.HasDefaultValue)
                && candidate.Parameters.Take(1).All(parameter => parameter.HasDefaultValue || parameter is { Name: "name", ParameterType.Name: "String" }))
            .OrderBy(candidate => candidate.Parameters.Length)
            .ToList();
        if (candidates.Count == 0)
        {
            throw MistakeException.InFile("RG0419", display,
                $"{type.FullName} has no constructor that can be called without arguments. Give it one that builds the network to evaluate.");
        }

        var (chosen, parameters) = candidates[0];
        try
        {
            return (nn.Module<Tensor, Tensor>)chosen.Invoke(
                [.. parameters.Select(parameter => parameter.HasDefaultValue ? parameter.DefaultValue : type.Name)]);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is TypeLoadException or MissingMemberException or FileNotFoundException)
        {
            throw Versions(display, exception.InnerException.Message);
        }
        catch (TargetInvocationException exception)
        {
            throw MistakeException.InFile("RG0419", display, $"the constructor of {type.FullName} failed: {exception.InnerException?.Message}");
        }
    }

    private static MistakeException Versions(string display, string what) => MistakeException.InFile("RG0420", display,
        $"{what}. An assembly shares the tool's TorchSharp {typeof(torch).Assembly.GetName().Version}, so both must fit; build it against that version, or export the model as ONNX.");

    /// <summary>TorchSharp and this library come from the tool; what else the assembly needs, from its own folder.</summary>
    private sealed class Context(string path, PrivateAssemblies needed) : AssemblyLoadContext(Path.GetFileName(path))
    {
        protected override Assembly? Load(AssemblyName assemblyName) =>
            PrivateAssemblies.Shared(assemblyName) is { } shared ? shared
            : needed.Find(assemblyName) is { } found ? LoadFromStream(new MemoryStream(found))
            : null;
    }
}
