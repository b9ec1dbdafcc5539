using System.Text.Json;
using RobustnessGate.Policies;

namespace RobustnessGate.Hosting;

/// <summary>What is to be evaluated and how: all that the evaluation process needs to know. It travels as JSON in a file.</summary>
/// <param name="PolicyPath">As the user wrote it; both processes share one working directory.</param>
/// <param name="AdversarialDirectory">Absolute path of the folder for the judged points; null where they are not saved.</param>
public sealed record EvaluationRequest(
    string PolicyPath, PolicyOverrides Overrides, int Threads, int BatchSize, string? AdversarialDirectory)
{
    /// <exception cref="Gating.MistakeException">Everything that is wrong with the policy.</exception>
    public Policy ReadPolicy() => Overrides.Apply(PolicyReader.Read(PolicyPath));

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this));

    /// <exception cref="InvalidDataException">Not a request.</exception>
    public static EvaluationRequest Read(string path) =>
        JsonSerializer.Deserialize<EvaluationRequest>(File.ReadAllText(path))
        ?? throw new InvalidDataException($"{path} holds no request");
}

/// <summary>What the command line says instead of the policy; null leaves the policy's word.</summary>
/// <param name="MaxSamples">Upper limit of the number of samples.</param>
public sealed record PolicyOverrides(long? Seed = null, string? Device = null, int? MaxSamples = null)
{
    public Policy Apply(Policy policy) => policy with
    {
        Seed = Seed ?? policy.Seed,
        Device = Device ?? policy.Device,
        Data = policy.Data with { Samples = Least(MaxSamples, policy.Data.Samples) },
    };

    private static int? Least(int? a, int? b) => a is null || b is null ? a ?? b : Math.Min(a.Value, b.Value);
}
