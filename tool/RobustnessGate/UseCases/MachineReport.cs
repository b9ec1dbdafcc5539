using System.Collections.Immutable;
using System.Runtime.InteropServices;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Hosting;
using RobustnessGate.Kernels;
using RobustnessGate.Native;
using RobustnessGate.Policies;

namespace RobustnessGate.UseCases;

/// <summary>Whether something that a check needs is in order.</summary>
internal enum Health { Ok, Warning, Failed }

/// <param name="Name">What was looked at.</param>
/// <param name="Detail">What was found, and where it is not in order, what to do.</param>
/// <param name="Exit">What a check would end with because of it.</param>
internal sealed record HealthCheck(string Name, Health Health, string Detail, ExitCode Exit = ExitCode.Passed);

/// <summary>What <c>doctor</c> looks at: everything on this machine that a check rests on.</summary>
internal static class MachineReport
{
    /// <param name="policyPath">As the user wrote it.</param>
    public static ImmutableArray<HealthCheck> Examine(string policyPath)
    {
        var (policy, read) = ReadPolicy(policyPath);
        return
        [
            new("tool", Health.Ok, $"RobustnessGate {ToolVersion.Text}"),
            new("runtime", Health.Ok, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}, {Environment.ProcessorCount} processors"),
            .. TensorLibrary(),
            new("isolation", Health.Ok, Sandbox.Obstacle is { } obstacle
                ? $"models run in a process of their own without the build's environment, and nothing more: {obstacle}. With it they see no other process and no network."
                : "models run in a process of their own that sees no other process and no network (bubblewrap)"),
            Repository(policyPath),
            read,
            .. policy is null ? [] : Baseline(policy),
        ];
    }

    private static ImmutableArray<HealthCheck> TensorLibrary()
    {
        try
        {
            LibTorch.Load();
            return [new("libtorch", Health.Ok, $"{LibTorch.LoadedVersion}, {Evaluation.Devices.Describe()}"), Kernels()];
        }
        catch (MistakeException mistake)
        {
            return [Failed("libtorch", mistake)];
        }
    }

    /// <summary>Whether the tensor library computes rightly here, and if not, what a check does about it.</summary>
    private static HealthCheck Kernels()
    {
        try
        {
            LibTorch.Load(threads: 1);
            var (wrong, answers) = KernelSelection.Examine();
            if (wrong.Count == 0)
            {
                return new("kernels", Health.Ok, $"{answers} known answers right, outputs and gradients in float32 against float64");
            }

            KernelSelection.Prepare(ownGraph: true);
            var own = KernelSelection.Mode;
            KernelSelection.Prepare(ownGraph: false);
            return new("kernels", Health.Warning,
                $"{wrong.Count} of {answers} known answers are wrong as shipped ({wrong[0]}). Computed instead: {own.Name()} for ONNX models; for others {KernelMode.OlderInstructions.Name()} in check, where that proves right, and else {KernelSelection.Mode.Name()}.");
        }
        catch (MistakeException mistake)
        {
            return Failed("kernels", mistake);
        }
    }

    private static HealthCheck Repository(string policyPath)
    {
        try
        {
            var git = Git.Open(policyPath);
            return git.IsShallow
                ? new("git", Health.Warning, "this clone is shallow: --baseline auto and git:REF need the history. Run git fetch --unshallow; with actions/checkout, set fetch-depth: 0.")
                : new("git", Health.Ok, "the repository has its history");
        }
        catch (MistakeException mistake)
        {
            return new("git", Health.Warning, mistake.Findings[0].Message);
        }
    }

    private static (Policy?, HealthCheck) ReadPolicy(string policyPath)
    {
        try
        {
            var policy = PolicyReader.Read(policyPath);
            return (policy, new("policy", Health.Ok, $"{policyPath}: {policy.Runs.Count()} attack results, {policy.Gate.Rules.Length} rules"));
        }
        catch (MistakeException mistake)
        {
            return (null, Failed("policy", mistake));
        }
    }

    private static IEnumerable<HealthCheck> Baseline(Policy policy)
    {
        if (policy.Gate.Baseline is not { } path)
        {
            yield break;
        }

        HealthCheck check;
        try
        {
            check = BaselineUpdate.Read(path) is { } pinned
                ? new("baseline", Health.Ok, $"{Words.Count(pinned.Natural.Count)} samples, {pinned.Attacks.Length} attack results")
                : new("baseline", Health.Warning, $"{BaselineUpdate.Display(path)} is not there yet: run check, look at the results, then baseline update.");
        }
        catch (MistakeException mistake)
        {
            check = Failed("baseline", mistake);
        }

        yield return check;
    }

    private static HealthCheck Failed(string name, MistakeException mistake) => new(
        name, Health.Failed, string.Join(" ", mistake.Findings.Select(finding => $"{finding.Code}: {finding.Message}")), mistake.ExitCode);
}
