namespace RobustnessGate.Hosting;

/// <summary>
/// The environment of the evaluation process: what a runtime needs, and nothing else. A model is other people's code;
/// the tokens and secrets of a build are not its business. Names are listed one by one: a prefix such as NVIDIA_ is also
/// that of keys.
/// </summary>
internal static class ChildEnvironment
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        // The system.
        "PATH", "HOME", "USER", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "TZ", "TERM", "CI", "NO_COLOR",
        "SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT", "LOCALAPPDATA", "APPDATA", "ProgramFiles", "ProgramData",
        "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
        "LANG", "LANGUAGE", "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME",
        "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",

        // .NET: where it is and how it runs, not what it loads besides (startup hooks, profilers).
        "DOTNET_ROOT", "DOTNET_ROOT(x86)", "DOTNET_ROOT_X86", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "DOTNET_HOST_PATH",
        "DOTNET_ROLL_FORWARD", "DOTNET_ROLL_FORWARD_TO_PRERELEASE", "DOTNET_RUNNING_IN_CONTAINER", "DOTNET_PROCESSOR_COUNT",
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "DOTNET_BUNDLE_EXTRACT_BASE_DIR", "DOTNET_EnableDiagnostics",
        "DOTNET_gcServer", "DOTNET_gcConcurrent", "DOTNET_GCHeapHardLimit", "DOTNET_GCHeapHardLimitPercent", "DOTNET_GCHeapCount",
        "DOTNET_TieredCompilation", "DOTNET_TieredPGO", "DOTNET_ReadyToRun", "DOTNET_EnableAVX2", "DOTNET_EnableAVX512F",

        // Threads and devices of the tensor library.
        "OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OMP_DYNAMIC", "OMP_PROC_BIND", "OMP_PLACES", "OMP_SCHEDULE", "OMP_STACKSIZE", "OMP_WAIT_POLICY",
        "MKL_NUM_THREADS", "MKL_DYNAMIC", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "MKL_THREADING_LAYER",
        "KMP_AFFINITY", "KMP_BLOCKTIME", "KMP_DUPLICATE_LIB_OK", "KMP_STACKSIZE",
        "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUDA_HOME", "CUDA_PATH", "CUDA_CACHE_PATH", "CUDA_LAUNCH_BLOCKING", "CUDA_MODULE_LOADING",
        "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "NVIDIA_TF32_OVERRIDE",
        "ROBUSTNESS_GATE_LIBTORCH",
    };

    public static void Restrict(IDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.Where(name => !Names.Contains(name)).ToArray())
        {
            environment.Remove(name);
        }
    }
}
