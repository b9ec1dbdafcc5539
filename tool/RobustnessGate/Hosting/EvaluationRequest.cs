using System.Text.Json;
using RobustnessGate.Diagnostics;
using RobustnessGate.Integrity;
using RobustnessGate.Policies;

namespace RobustnessGate.Hosting;

/// <summary>What is to be evaluated and how: all that the evaluation process needs to know. It travels as JSON in a file.</summary>
/// <param name="PolicyPath">As the user wrote it; both processes share one working directory.</param>
/// <param name="AdversarialDirectory">Absolute path of the folder for the judged points; null where they are not saved.</param>
/// <param name="PolicySha256">Of the policy that the results are to be judged by; null where nobody has read it yet.</param>
/// <param name="MeasuredAs">Text of an earlier policy that says what is measured, and how; null where the policy itself does.</param>
/// <param name="Model">The model of that earlier policy to evaluate instead of the policy's own.</param>
/// <param name="BrokenExamples">Which samples are worth a picture where they break; null for none.</param>
/// <param name="Before">The baseline's model, to draw beside this one; null where it is not to be had.</param>
internal sealed record EvaluationRequest(
    string PolicyPath, PolicyOverrides Overrides, int Threads, int BatchSize, string? AdversarialDirectory,
    string? PolicySha256 = null, byte[]? MeasuredAs = null, EarlierModel? Model = null, Facts.BrokenExampleRequest? BrokenExamples = null,
    EarlierModel? Before = null)
{
    /// <exception cref="MistakeException">Everything that is wrong with the policy, or RG0122: it is not the expected one.</exception>
    public Policy ReadPolicy()
    {
        var policy = PolicyReader.Read(PolicyPath);
        return PolicySha256 is null || policy.Source.Sha256 == PolicySha256
            ? Overrides.Apply(Model is null ? Measuring(policy) : Model.In(Measuring(policy), PolicyPath))
            : throw MistakeException.InFile("RG0122", PolicyPath,
                "the policy was changed while the check was starting: what is measured would not be what is judged. Run check again.");
    }

    private Policy Measuring(Policy policy) => MeasuredAs is null
        ? policy : StricterJudge.MeasuredAsBefore(PolicyReader.Parse(MeasuredAs, PolicyPath), policy);

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this));

    /// <exception cref="InvalidDataException">Not a request.</exception>
    public static EvaluationRequest Read(string path) =>
        JsonSerializer.Deserialize<EvaluationRequest>(File.ReadAllText(path))
        ?? throw new InvalidDataException($"{path} holds no request");
}

/// <summary>A model as it was, in a folder of its own.</summary>
/// <param name="Policy">Text of the policy that it belongs to.</param>
/// <param name="Path">Where its file was put.</param>
/// <param name="Weights">Likewise of an assembly's weights.</param>
internal sealed record EarlierModel(byte[] Policy, string Path, string? Weights)
{
    /// <summary>The policy with this model in place of its own.</summary>
    internal Policy In(Policy policy, string policyPath) => policy with
    {
        Model = PolicyReader.Parse(Policy, policyPath).Model with { Path = Path, Weights = Weights },
    };
}
