using System.Collections.Immutable;
using RobustnessGate.Maths;
using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Policies.Keys;

/// <summary>Keys of the policy itself.</summary>
internal static class PolicyKeys
{
    /// <summary>The version of the format that this tool reads.</summary>
    public const int CurrentVersion = 1;

    public static readonly Key<int> Version = Key.Must(
        "version", new WholeForm<int>(new BetweenAttribute(CurrentVersion, CurrentVersion)), "version of the policy's format");

    public static readonly Key<long> Seed = Key.Default(
        "seed", new WholeForm<long>(new AtLeastAttribute(0)), 0L, "root of all randomness; 0 by default");

    public static readonly Key<string> Device = Key.Default(
        "device", new TextForm("auto, cpu, cuda or cuda:n", "^(auto|cpu|cuda(:[0-9]{1,3})?)$"), "auto", "where the model runs: auto, cpu, cuda or cuda:n");

    public static readonly Key<ModelSection> Model = Key.Must("model", ModelKeys.Form, "the classifier under test");

    public static readonly Key<DataSection> Data = Key.Must("data", DataKeys.Form, "the samples to attack");

    public static readonly Key<IndicatorSection> Indicator = Key.May(
        "indicator", IndicatorKeys.Form, "measure the geometry of the decision surface (Jacobian, Hessian) too");

    public static readonly Key<ImmutableArray<AttackEntry>> Attacks = Key.Default(
        "attacks", new ListForm<AttackEntry>(AttackKeys.Form), [], "what the model must withstand");

    public static readonly Key<GateSection> Gate = Key.Must("gate", GateKeys.Form, "the rules, and the baseline that they compare with");

    private static readonly Key<ImmutableArray<string>> Formats = Key.Default(
        "formats", new ListForm<string>(Choice.Of(ReportSection.KnownFormats)), ReportSection.DefaultFormats, "which reports are written");

    public static readonly Key<ReportSection> Report = Key.Default(
        "report",
        new SectionForm<ReportSection>([Formats], fields => new ReportSection([.. fields.Get(Formats).Distinct()])),
        new ReportSection(ReportSection.DefaultFormats), "what is written besides the verdict");

    public static readonly Key<HardenSection> Harden = Key.May("harden", HardenKeys.Form, "how `harden` trains");

    public static readonly ImmutableArray<Key> All =
        [Version, Seed, Device, Model, Data, Indicator, Attacks, Gate, Report, Harden];
}
