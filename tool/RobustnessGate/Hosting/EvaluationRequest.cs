using System.Text.Json;
using RobustnessGate.Gating;
using RobustnessGate.Policies;

namespace RobustnessGate.Hosting;

/// <summary>What is to be evaluated and how: all that the evaluation process needs to know. It travels as JSON in a file.</summary>
/// <param name="PolicyPath">As the user wrote it; both processes share one working directory.</param>
/// <param name="AdversarialDirectory">Absolute path of the folder for the judged points; null where they are not saved.</param>
/// <param name="PolicySha256">Of the policy that the results are to be judged by; null where nobody has read it yet.</param>
public sealed record EvaluationRequest(
    string PolicyPath, PolicyOverrides Overrides, int Threads, int BatchSize, string? AdversarialDirectory,
    string? PolicySha256 = null)
{
    /// <exception cref="MistakeException">Everything that is wrong with the policy, or RG0122: it is not the expected one.</exception>
    public Policy ReadPolicy()
    {
        var policy = PolicyReader.Read(PolicyPath);
        return PolicySha256 is null || policy.Source.Sha256 == PolicySha256
            ? Overrides.Apply(policy)
            : throw MistakeException.InFile("RG0122", PolicyPath,
                "the policy was changed while the check was starting: what is measured would not be what is judged. Run check again.");
    }

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this));

    /// <exception cref="InvalidDataException">Not a request.</exception>
    public static EvaluationRequest Read(string path) =>
        JsonSerializer.Deserialize<EvaluationRequest>(File.ReadAllText(path))
        ?? throw new InvalidDataException($"{path} holds no request");
}

/// <summary>What the command line says instead of the policy; null leaves the policy's word.</summary>
/// <param name="MaxSamples">Upper limit of the number of samples; more than there are is no mistake.</param>
public sealed record PolicyOverrides(long? Seed = null, string? Device = null, int? MaxSamples = null)
{
    public Policy Apply(Policy policy) => policy with
    {
        Seed = Seed ?? policy.Seed,
        Device = Device ?? policy.Device,
        Data = policy.Data with { Limit = MaxSamples },
    };
}
