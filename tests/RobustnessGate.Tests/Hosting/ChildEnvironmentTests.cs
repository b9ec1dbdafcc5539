using RobustnessGate.Hosting;

namespace RobustnessGate.Tests.Hosting;

public sealed class ChildEnvironmentTests
{
    [Fact]
    public void No_secret_passes_by_the_beginning_of_its_name()
    {
        string[] secrets =
        [
            "NVIDIA_API_KEY", "DOTNET_NUGET_TOKEN", "DOTNET_STARTUP_HOOKS", "XDG_SECRET", "CUDA_TOKEN", "LC_PASSWORD", "OMP_KEY", "MKL_KEY", "KMP_KEY",
            "COMPlus_TOKEN", "ROBUSTNESS_GATE_LIBTORCH_TOKEN", "ROBUSTNESS_GATE_COMMENT_TOKEN", "GITHUB_TOKEN", "PATH_TO_KEY", "CI_JOB_TOKEN", "HOMEKEY",
        ];
        string[] needed = ["PATH", "HOME", "DOTNET_ROOT", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "ROBUSTNESS_GATE_LIBTORCH", "XDG_CACHE_HOME"];
        var environment = secrets.Concat(needed).ToDictionary(name => name, string? (name) => "x");

        ChildEnvironment.Restrict(environment);

        Assert.Equal(needed.Order(), environment.Keys.Order());
    }
}
