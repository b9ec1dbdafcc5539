using System.Collections.Immutable;
using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Policies.Keys;

/// <summary>Keys under <c>model</c>.</summary>
internal static class ModelKeys
{
    private static readonly Key<ImmutableArray<int>> Shape = Key.Must(
        "shape", new ListForm<int>(new WholeForm<int>(new BetweenAttribute(1, 1 << 24))),
        "shape of one input, without the batch dimension");

    private static readonly Key<Bounds?> Bounds = Key.Must(
        "bounds", new BoundsForm(), "least and greatest raw value of an input feature, [low, high]; none only with data.lower and data.upper");

    private static readonly Key<ImmutableArray<double>> Mean = Key.Default(
        "mean", new ListForm<double>(new NumberForm(), alsoSingle: true), [],
        "subtracted inside the model, one value or one per channel");

    private static readonly Key<ImmutableArray<double>> Std = Key.Default(
        "std", new ListForm<double>(new NumberForm(new PositiveAttribute()), alsoSingle: true), [],
        "divided by inside the model, one value or one per channel");

    private static readonly Key<InputSection> Input = Key.Must(
        "input", new SectionForm<InputSection>([Shape, Bounds, Mean, Std], BuildInput), "what the model is fed");

    private static readonly Key<string> Path = Key.Must(
        "path", new PathForm(), "model file: .onnx, TorchScript .pt or TorchSharp assembly .dll");

    public static readonly Form<ModelSection> Form = new SectionForm<ModelSection>(
        [Path, CommonKeys.Sha256, Input],
        fields => new ModelSection(fields.Get(Path)!, CommonKeys.Pin(fields), fields.Get(Input)!));

    private static InputSection? BuildInput(Fields fields)
    {
        var shape = fields.Get(Shape);
        var size = shape.Aggregate(1.0, (product, length) => product * length);
        if (!(size <= Array.MaxLength))
        {
            fields.Reading.Refuse(Codes.OutOfRange, fields.At(Shape), $"'shape' has {size:G6} features; at most {Array.MaxLength} fit into memory.");
            return null;
        }

        foreach (var key in new[] { Mean, Std })
        {
            var count = fields.Get(key).Length;
            if (count > 1 && count != shape[0])
            {
                fields.Reading.Refuse(
                    Codes.Inconsistent, fields.At(key),
                    $"'{key.Name}' has {count} values but the input has {shape[0]} channels (the first dimension of 'shape'). Write one value, or {shape[0]}.");
                return null;
            }
        }

        return new InputSection(shape, fields.Get(Bounds), fields.Get(Mean), fields.Get(Std));
    }
}
