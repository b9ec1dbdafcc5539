using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Policies.Keys;

/// <summary>Keys under <c>model</c>.</summary>
internal static class ModelKeys
{
    private static readonly Key<string> Path = Key.Must(
        "path", new PathForm(), "model file: .onnx, TorchScript .pt or TorchSharp assembly .dll");

    private static readonly Key<string> Type = Key.May(
        "type", new TextForm("the full name of a class, such as My.Models.Net", "^[A-Za-z_][A-Za-z0-9_]*([.+][A-Za-z_][A-Za-z0-9_]*)*$"),
        "of an assembly: full name of the module's class");

    private static readonly Key<string> Weights = Key.May(
        "weights", new PathForm(), "of an assembly: the module's weights, .safetensors or TorchSharp .dat");

    private static readonly Key<InputSection> Input = Key.Must("input", InputKeys.Form, "what the model is fed");

    private static readonly Key<GradientMode> Gradients = Key.Default(
        "gradients", Choice.Of<GradientMode>(), GradientMode.Exact,
        "of an ONNX model, what gradients are where it rounds: exact (zero), or straight-through, as if it did not round");

    public static readonly Form<ModelSection> Form =
        new SectionForm<ModelSection>([Path, Type, Weights, CommonKeys.Sha256, Gradients, Input], Build);

    private static ModelSection? Build(Fields fields)
    {
        var path = fields.Get(Path)!;
        var assembly = path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        if (assembly && !fields.Has(Type))
        {
            fields.Reading.Refuse(
                Codes.MissingKey, fields.At(Path),
                "an assembly can hold many modules. Add 'type', the full name of the class to load, for example: type: My.Models.Net.");
            return null;
        }

        foreach (var key in new[] { Type, Weights }.Where(key => !assembly && fields.Has(key)))
        {
            fields.Reading.Refuse(
                Codes.NotApplicable, fields.At(key),
                $"'{key.Name}' is for TorchSharp assemblies (.dll); other model files hold their own, so it would do nothing here. Remove it.");
        }

        return new ModelSection(path, CommonKeys.Pin(fields), fields.Get(Input)!, fields.Get(Type), fields.Get(Weights))
        {
            Gradients = fields.Get(Gradients),
        };
    }
}
