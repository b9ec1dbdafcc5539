using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using RobustnessGate.Diagnostics;
using TorchSharp;

namespace RobustnessGate.Native;

/// <summary>
/// Finds, checks and loads libtorch before TorchSharp looks for it. Two reasons: TorchSharp's shim asks for a symbol
/// version of GCC 13 (<c>GLIBCXX_3.4.32</c>) that Debian 12 and Ubuntu 22.04 lack though nothing in it is used, and
/// TorchSharp's own search answers a failure with a misleading message and a 480 MB copy.
/// </summary>
internal static partial class LibTorch
{
    /// <summary>The libtorch release whose binary interface TorchSharp's shim was built against.</summary>
    public const string Version = "2.10";

    /// <summary>Folder of another libtorch (a CUDA build, say), read from the environment.</summary>
    public const string FolderVariable = "ROBUSTNESS_GATE_LIBTORCH";

    /// <summary>
    /// Version of the libtorch that is in use, as "2.10.0": of another folder as its files say, else that of the package
    /// that TorchSharp was built with.
    /// </summary>
    public static string LoadedVersion
    {
        get
        {
            var version = _external ?? torch.__version__;
            var numbers = ReleaseNumber().Match(version).Value;
            return numbers.Length > 0 ? numbers : Version;
        }
    }

    private static string? _external;

    private const string UnusedVersionNeed = "GLIBCXX_3.4.32";
    private const string Shim = "LibTorchSharp";

    private static readonly Lock Gate = new();
    private static bool _loaded;

    /// <summary>Loads libtorch once, without what rounds more than float32 does; later calls return at once.</summary>
    /// <exception cref="MistakeException">RG0901: which file could not be loaded, which version it needs, what to do.</exception>
    public static void Load()
    {
        lock (Gate)
        {
            if (_loaded)
            {
                return;
            }

            if (OperatingSystem.IsLinux())
            {
                LoadOnLinux();
            }
            else
            {
                LoadOpenMpOnMac();
                torch.InitializeDeviceType(DeviceType.CPU);
                _ = NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, "torch_cpu"), out _engine)
                    || NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out _engine);
            }

            _loaded = true;
            VendorSwitches.ForbidImprecision();
        }
    }

    /// <summary>Anything that references this assembly and touches TorchSharp gets the loader without asking for it.</summary>
    /// <remarks>Registers a hook alone: nothing native is loaded until TorchSharp asks for it.</remarks>
#pragma warning disable CA2255 // The hook must be in place before TorchSharp's static constructor runs, whoever triggers it.
    [ModuleInitializer]
    internal static void Register()
#pragma warning restore CA2255
    {
        if (OperatingSystem.IsLinux())
        {
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            {
                if (!name.Contains(Shim, StringComparison.Ordinal))
                {
                    return IntPtr.Zero;
                }

                Load();
                return _shim;
            };
        }
    }

    private static IntPtr _shim;
    private static IntPtr _engine;

    /// <summary>Handle of libtorch_cpu; 0 before <see cref="Load"/>, and where it cannot be told.</summary>
    internal static nint Engine => _engine;

    private static void LoadOnLinux()
    {
        var own = OwnFolders().FirstOrDefault(folder => File.Exists(Path.Combine(folder, $"lib{Shim}.so")))
            ?? throw Unloadable($"lib{Shim}.so", "it is not beside the tool", "reinstall the tool");
        var chosen = ProcessEnvironment.Variable(FolderVariable);
        var folder = string.IsNullOrEmpty(chosen) ? own : External(chosen, own);
        foreach (var library in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
        {
            var path = Path.Combine(folder, library);
            if (!File.Exists(path))
            {
                throw Unloadable(path, "the file is missing", $"reinstall the tool, or set {FolderVariable} to the lib folder of libtorch {Version}");
            }

            var handle = LoadFile(path);
            _engine = library == "libtorch_cpu.so" ? handle : _engine;
        }

        _shim = LoadShim(Path.Combine(own, $"lib{Shim}.so"));
        NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => name == Shim ? _shim : IntPtr.Zero);
    }

    /// <summary>
    /// libtorch for macOS asks for OpenMP by the path that a package manager would give it. The system's loader takes a
    /// library of that name that is loaded already, so the one beside the tool is loaded first.
    /// </summary>
    private static void LoadOpenMpOnMac()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "libomp.dylib");
        if (OperatingSystem.IsMacOS() && File.Exists(path))
        {
            _ = LoadFile(path);
        }
    }

    /// <summary>Loads the shim; where only the unused version is missing, a private copy without that need.</summary>
    private static IntPtr LoadShim(string path)
    {
        if (NativeLibrary.TryLoad(path, out var handle))
        {
            return handle;
        }

        var image = File.ReadAllBytes(path);
        if (ElfVersionNeeds.MarkWeak(image, UnusedVersionNeed) == 0)
        {
            return LoadFile(path);
        }

        var copy = Path.Combine(Directory.CreateTempSubdirectory("robustness-gate-").FullName, $"lib{Shim}.so");
        try
        {
            File.WriteAllBytes(copy, image);
            return LoadFile(copy, path);
        }
        finally
        {
            // The mapping outlives the directory entry.
            Directory.Delete(Path.GetDirectoryName(copy)!, recursive: true);
        }
    }

    private static IntPtr LoadFile(string path, string? shownAs = null)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            var need = VersionNeed().Match(e.Message);
            throw Unloadable(
                shownAs ?? path,
                need.Success ? $"it needs {need.Groups[1].Value}, which this system's C or C++ library does not have" : FirstReason(e.Message, path),
                need.Success ? "use a newer distribution (Debian 12, Ubuntu 22.04 or later)" : "run `ldd` on the file to see what it lacks");
        }
    }

    private static string External(string folder, string own)
    {
        if (File.Exists(Path.Combine(own, "libtorch_cpu.so")) && !SameFolder(folder, own))
        {
            throw Unloadable(
                folder, $"this build already carries a libtorch, and two in one process crash it",
                $"unset {FolderVariable}, or build with -p:TorchBackend=none");
        }

        var version = new[] { "build-version", "../build-version", "../version.py" }
            .Select(file => Path.Combine(folder, file)).Where(File.Exists).Select(File.ReadAllText)
            .Select(text => ReleaseNumber().Match(text)).FirstOrDefault(match => match.Success)?.Value;
        if (version is not null && version != Version && !version.StartsWith(Version + ".", StringComparison.Ordinal))
        {
            throw Unloadable(folder, $"it is libtorch {version}; this tool needs {Version}", $"install libtorch {Version} (C++11 ABI) and point {FolderVariable} at its lib folder");
        }

        _external = version;
        return folder;
    }

    private static bool SameFolder(string a, string b) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(a)) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(b));

    private static IEnumerable<string> OwnFolders()
    {
        var roots = new[] { AppContext.BaseDirectory, Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location) ?? "" };
        foreach (var root in roots.Where(root => root.Length > 0))
        {
            yield return root;
            yield return Path.Combine(root, "runtimes", RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64", "native");
        }
    }

    /// <summary>The loader's message names every path that it tried; the one line about our file is enough.</summary>
    private static string FirstReason(string message, string path) =>
        (message.Split('\n').FirstOrDefault(line => line.Contains(path, StringComparison.Ordinal)) ?? message.Split('\n')[0])
            .Replace(path, Path.GetFileName(path), StringComparison.Ordinal);

    /// <summary>The loader's words without folders: findings stand in results, which know no paths of a machine.</summary>
    private static string Shown(string file)
    {
        var chosen = ProcessEnvironment.Variable(FolderVariable);
        return file == chosen ? $"the folder of {FolderVariable}"
            : !string.IsNullOrEmpty(chosen) && file.StartsWith(chosen, StringComparison.Ordinal) ? $"{Path.GetFileName(file)} in the folder of {FolderVariable}"
            : Path.GetFileName(file);
    }

    private static MistakeException Unloadable(string file, string why, string next) => new(
        ExitCode.InternalError,
        new Finding("RG0901", Severity.Error, null, $"libtorch cannot be loaded: {Shown(file)}: {why}. Next: {next}."));

    [GeneratedRegex(@"version `([A-Z]+_[0-9.]+)' not found")]
    private static partial Regex VersionNeed();

    [GeneratedRegex(@"[0-9]+\.[0-9]+(\.[0-9]+)?")]
    private static partial Regex ReleaseNumber();
}
