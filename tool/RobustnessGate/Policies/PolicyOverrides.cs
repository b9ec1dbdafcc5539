namespace RobustnessGate.Policies;

/// <summary>What the command line says instead of the policy; null leaves the policy's word.</summary>
/// <param name="MaxSamples">Upper limit of the number of samples; more than there are is no mistake.</param>
internal sealed record PolicyOverrides(long? Seed = null, string? Device = null, int? MaxSamples = null)
{
    public Policy Apply(Policy policy) => policy with
    {
        Seed = Seed ?? policy.Seed,
        Device = Device ?? policy.Device,
        Data = policy.Data with { Limit = MaxSamples },
    };
}
