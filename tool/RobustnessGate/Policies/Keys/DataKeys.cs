using RobustnessGate.Maths;
using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Policies.Keys;

/// <summary>Keys under <c>data</c>.</summary>
internal static class DataKeys
{
    private static readonly Key<string> Images = Key.Must(
        "images", new PathForm(), "inputs: IDX, .npy, .npz#key, CIFAR .bin, .csv#column, or a folder or .zip#part of class folders");

    private static readonly Key<string> Labels = Key.May(
        "labels", new PathForm(), "true classes, where the images do not carry them");

    private static readonly Key<int> Samples = Key.May(
        "samples", new WholeForm<int>(new AtLeastAttribute(1)), "how many samples to use; all by default");

    private static readonly Key<SampleSelection> Selection = Key.Default(
        "selection", Choice.Of<SampleSelection>(), SampleSelection.First,
        "the first samples in file order, random ones chosen by the seed, or random ones with the classes in their proportions");

    private static readonly Key<DataScale> Scale = Key.Default(
        "scale", Choice.Of<DataScale>(), DataScale.Auto,
        "auto maps 8-bit sources from 0..255 to the model's bounds; none takes them as they are");

    private static readonly Key<string> Lower = Key.May(
        "lower", new PathForm(), ".npy of the lower bound per sample and feature, for epsilon: box");

    private static readonly Key<string> Upper = Key.May(
        "upper", new PathForm(), ".npy of the upper bound per sample and feature, for epsilon: box");

    public static readonly Form<DataSection> Form = new SectionForm<DataSection>(
        [Images, Labels, Samples, Selection, Scale, CommonKeys.Sha256, Lower, Upper], Build);

    private static DataSection? Build(Fields fields)
    {
        if (fields.Has(Lower) != fields.Has(Upper))
        {
            var (given, lacking) = fields.Has(Lower) ? (Lower, Upper) : (Upper, Lower);
            fields.Reading.Refuse(
                Codes.Region, fields.At(given), $"'{given.Name}' stands alone. A region has two sides: add '{lacking.Name}'.");
            return null;
        }

        return new DataSection(
            fields.Get(Images)!, fields.Get(Labels), fields.Find(Samples), fields.Get(Selection), fields.Get(Scale),
            CommonKeys.Pin(fields), fields.Get(Lower), fields.Get(Upper));
    }
}
