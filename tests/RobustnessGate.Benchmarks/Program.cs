using RobustnessGate.Benchmarks;
using RobustnessGate.Native;
using TorchSharp;

Allocator.KeepFreed();
LibTorch.Load();
torch.set_num_threads(1);

(string Name, Action Run)[] all =
[
    ("training-step", TrainingStepCost.Run),
    ("spectrum", SpectrumCost.Run),
    ("photograph", PhotographMemory.Run),
    ("attacks", AttackCost.Run),
    ("surface", SurfaceCost.Run),
    ("ensemble", EnsembleLedger.Run),
    ("kernels", KernelCost.Run),
];

var chosen = args.Length == 0 ? all : [.. all.Where(benchmark => args.Contains(benchmark.Name))];
if (chosen.Length == 0)
{
    Console.Error.WriteLine($"known: {string.Join(", ", all.Select(benchmark => benchmark.Name))}");
    return 5;
}

foreach (var (name, run) in chosen)
{
    Console.WriteLine($"== {name}");
    run();
}

return 0;
