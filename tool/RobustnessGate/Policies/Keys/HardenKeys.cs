using RobustnessGate.Maths;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Regimes;

namespace RobustnessGate.Policies.Keys;

/// <summary>Keys under <c>harden</c>: those of every training, and the chosen regime's parameters.</summary>
internal static class HardenKeys
{
    private static readonly Key<string> Regime = Key.Must(
        "regime",
        new ChoiceForm<string>([.. RegimeCatalog.All.Select(regime => (regime.Name, regime.Name))]) { What = "regime" },
        "what is minimised");

    private static readonly Key<DataSection> Data = Key.May("data", DataKeys.Form, "the samples to train on, not those that are judged");

    private static readonly Key<int> Epochs = Key.Default(
        "epochs", new WholeForm<int>(new AtLeastAttribute(1)), 10, "passes over the training samples");

    private static readonly Key<int> BatchSize = Key.Default(
        "batch-size", new WholeForm<int>(new AtLeastAttribute(1)), 64, "samples of one step");

    private static readonly Key<double> LearningRate = Key.Default(
        "learning-rate", new NumberForm(new PositiveAttribute()), 1e-3, "of Adam, at its peak");

    private static readonly Key<int> HeldOut = Key.Default(
        "held-out", new WholeForm<int>(new AtLeastAttribute(1)), 1000,
        "how many of the last training samples are measured on instead; at most a tenth of them");

    private static readonly Key<int> Patience = Key.May(
        "patience", new WholeForm<int>(new AtLeastAttribute(1)),
        "stop after so many epochs without a better held-out robust accuracy, and go back to the best weights");

    public static readonly Form<HardenSection> Form = new VariantForm<HardenSection>(
        Regime, [Data, Epochs, BatchSize, LearningRate, HeldOut, Patience], [.. RegimeCatalog.All.Select(VariantOf)]);

    private static Variant<HardenSection> VariantOf(Regime regime)
    {
        var parameters = new RecordParameters<Regime>(regime);
        return new([regime.Name], [.. parameters.Keys], (_, fields) => new HardenSection(
            parameters.Build(fields), fields.Get(Data), fields.Get(Epochs), fields.Get(BatchSize), fields.Get(LearningRate),
            fields.Get(HeldOut), fields.Find(Patience)));
    }
}
