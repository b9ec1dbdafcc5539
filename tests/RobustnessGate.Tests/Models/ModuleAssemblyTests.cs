using System.Reflection;
using System.Reflection.Emit;
using RobustnessGate.Diagnostics;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

public sealed class ModuleAssemblyTests : IDisposable
{
    private static readonly string Small = typeof(SmallModule).FullName!;

    private readonly ModelFolder _folder = new();

    [Fact]
    public void A_module_with_its_weights_is_a_classifier()
    {
        using var scope = NewDisposeScope();
        using var module = new SmallModule("small");
        module.save(Path.Combine(_folder.Root, "small.dat"));
        using var classifier = ModelLoader.Load(Section(Small, "small.dat"));
        var x = Numbers.Tensor([3, 2, 8, 8], low: 0);

        Assert.Equal(("assembly", true, 315L), (classifier.Network.Format, classifier.Network.SupportsDouble, classifier.Network.Parameters));
        Assert.Equal(Numbers.Floats(module.call(x)), Numbers.Floats(classifier.Logits(x)));
        Assert.Equal(64, classifier.Sha256.Length);

        // Other weights make another model, though the assembly is the same.
        using var more = new SmallModule("small");
        more.save(Path.Combine(_folder.Root, "more.dat"));
        using var other = ModelLoader.Load(Section(Small, "more.dat"));
        Assert.NotEqual(classifier.Sha256, other.Sha256);
    }

    [Fact]
    public void The_assembly_is_loaded_into_a_context_of_its_own()
    {
        using var module = new SmallModule("small");
        module.save(Path.Combine(_folder.Root, "small.dat"));
        using var classifier = ModelLoader.Load(Section(Small, "small.dat"));

        var contexts = System.Runtime.Loader.AssemblyLoadContext.All
            .Where(context => context.Assemblies.Any(assembly => assembly.GetName().Name == typeof(SmallModule).Assembly.GetName().Name));
        Assert.True(contexts.Count() >= 2);
        Assert.Single(AppDomain.CurrentDomain.GetAssemblies(), assembly => assembly.GetName().Name == "TorchSharp");
    }

    [Fact]
    public void Without_weights_it_is_said_that_the_constructor_makes_them()
    {
        using var classifier = ModelLoader.Load(Section(typeof(SteadyModule).FullName, null));

        Assert.Contains("constructor", Assert.Single(classifier.Network.Card.Notes), StringComparison.Ordinal);
        Assert.True(classifier.Network.SupportsDouble);
    }

    [Fact]
    public void Without_weights_a_constructor_that_draws_them_is_refused()
    {
        var finding = ModelFolder.Refusal(Section(Small, null));

        Assert.Equal("RG0419", finding.Code);
        Assert.Contains("name model.weights", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Near")]
    [InlineData("Far")]
    public void Another_assembly_in_the_folder_breaks_the_pin(string changed)
    {
        var (far, farBase) = Library("Far", typeof(object));
        var (near, nearBase) = Library("Near", farBase);
        var (user, _) = Library("User", nearBase);
        _folder.Write("Far.dll", far);
        _folder.Write("Near.dll", near);
        _folder.Write("Stranger.dll", [1]);
        var section = ModelFolder.Section(_folder.Write("User.dll", user), 4);
        var refused = ModelFolder.Refusal(section with { Sha256 = new string('0', 64) });
        Assert.Equal("RG0404", refused.Code);
        section = section with { Sha256 = System.Text.RegularExpressions.Regex.Match(refused.Message, "[0-9a-f]{64}").Value };

        // The pin holds: only then is it found that there is no module in it.
        Assert.Equal("RG0419", ModelFolder.Refusal(section).Code);
        _folder.Write("Stranger.dll", [2]);
        Assert.Equal("RG0419", ModelFolder.Refusal(section).Code);
        _folder.Write(changed + ".dll", [.. changed == "Near" ? near : far, 0]);
        Assert.Equal("RG0404", ModelFolder.Refusal(section).Code);
    }

    [Theory]
    [InlineData(null, "RG0419", "which module is meant")]
    [InlineData("Nobody", "RG0419", "no module 'Nobody'")]
    [InlineData("RobustnessGate.Tests.Models.BrokenModule", "RG0419", "no such luck")]
    [InlineData("RobustnessGate.Tests.Models.DemandingModule", "RG0419", "without arguments")]
    public void A_module_that_cannot_be_made_is_refused(string? type, string code, string says)
    {
        var finding = ModelFolder.Refusal(Section(type, null));

        Assert.Equal(code, finding.Code);
        Assert.Contains(says, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_class_are_refused_with_all_differences()
    {
        using var linear = nn.Linear(3, 2);
        linear.save(Path.Combine(_folder.Root, "linear.dat"));

        var finding = ModelFolder.Refusal(Section(Small, "linear.dat"));

        Assert.Equal(("RG0421", ShownPath.Of(Path.Combine(_folder.Root, "linear.dat"))), (finding.Code, finding.Where?.File));
        Assert.Contains("'_first.bias' is not in the file", finding.Message, StringComparison.Ordinal);
        Assert.Contains("'weight' is not in the module", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_assembly_for_a_newer_TorchSharp_is_refused()
    {
        var newer = new PersistedAssemblyBuilder(new AssemblyName("TorchSharp") { Version = new Version(99, 0) }, typeof(object).Assembly);
        var module = newer.DefineDynamicModule("TorchSharp").DefineType("Base", TypeAttributes.Public);
        var user = new PersistedAssemblyBuilder(new AssemblyName("User"), typeof(object).Assembly);
        user.DefineDynamicModule("User").DefineType("Net", TypeAttributes.Public, module.CreateType()).CreateType();
        using var stream = new MemoryStream();
        user.Save(stream);

        var finding = ModelFolder.Refusal(ModelFolder.Section(_folder.Write("User.dll", stream.ToArray()), 4));

        Assert.Equal("RG0420", finding.Code);
        Assert.Contains("99.0", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_assembly_is_refused()
    {
        var finding = ModelFolder.Refusal(ModelFolder.Section(_folder.Write("native.dll", [(byte)'M', (byte)'Z', .. new byte[200]]), 4));
        Assert.Equal("RG0419", finding.Code);
    }

    [Fact]
    public void Type_and_weights_of_another_format_are_refused()
    {
        var path = _folder.Write("m.onnx", Nets.Bytes("linear"));
        Assert.Equal("RG0419", ModelFolder.Refusal(ModelFolder.Section(path, 2, 8, 8) with { Type = "Net" }).Code);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>An assembly with one class on top of another's.</summary>
    private static (byte[] Bytes, Type Type) Library(string name, Type parent)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name) { Version = new Version(1, 0) }, typeof(object).Assembly);
        var type = assembly.DefineDynamicModule(name).DefineType(name + "Type", TypeAttributes.Public, parent);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        var made = type.CreateType();
        using var stream = new MemoryStream();
        assembly.Save(stream);
        return (stream.ToArray(), made);
    }

    private ModelSection Section(string? type, string? weights) => ModelFolder.Section(ModelFolder.Assembly, 2, 8, 8) with
    {
        Type = type,
        Weights = weights is null ? null : Path.Combine(_folder.Root, weights),
    };
}
