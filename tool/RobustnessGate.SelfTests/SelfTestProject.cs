using System.Collections.Immutable;
using RobustnessGate.Hosting;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Native;
using RobustnessGate.Samples;
using RobustnessGate.UseCases;
using TorchSharp;

namespace RobustnessGate.SelfTests;

/// <summary>
/// A small project in a folder of its own, pinned as it is: a linear network with two classes over four pixels,
/// x ↦ (s·(x₁+x₂), s·(x₃+x₄)), on a hundred samples of growing margin.
/// </summary>
internal sealed class SelfTestProject : IDisposable
{
    public const string Policy = "robustness.yml";
    public const string Baseline = "robustness.baseline.json";
    public const string Model = "model.onnx";
    public const string Labels = "labels.gz";
    public const string Results = "out/results.json";

    private const int Samples = 100;

    private const string PolicyText = """
        version: 1
        seed: 7
        device: cpu
        model: { path: model.onnx, input: { shape: [1, 2, 2], bounds: [0, 1] } }
        data: { images: images.gz, labels: labels.gz, samples: 100 }
        attacks:
          - { name: fgsm, norm: linf, epsilon: 0.1 }
          - { name: pgd, norm: linf, epsilon: 0.1, steps: 5 }
        gate:
          baseline: robustness.baseline.json
          alpha: 0.01
          on-inconclusive: fail
          rules:
            - { metric: natural-accuracy, min: 0.9, max-drop: 0.01 }
            - { metric: worst-case-accuracy, epsilon: 0.1, max-drop: 0.01 }

        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("robustness-gate-self-test-");

    /// <summary>Makes the project, evaluates it and pins what came of it.</summary>
    public SelfTestProject(CancellationToken cancel)
    {
        File.WriteAllText(this[Policy], PolicyText);
        WriteModel(_ => 4f);
        WriteData(swapped: false);
        Check(new InProcessHost(_ => { }, _ => { }, () => TimeSpan.Zero), null, cancel);
        BaselineUpdate.Run(this[Policy], this["out"], null);
        Base = new Snapshot(_folder.FullName);
    }

    public string this[string name] => Path.Combine(_folder.FullName, name);

    /// <summary>The project as it was when it was pinned.</summary>
    public IRepository Base { get; private set; }

    /// <summary>From now on a change began from the files as they are, and the target is as it was when it was pinned.</summary>
    public void BeginFromHere() => Base = new Snapshot(_folder.FullName, Base);

    public CheckOutcome Check(IEvaluationHost host, string? baseline, CancellationToken cancel) => RobustnessGate.UseCases.Check.Run(
        new(this[Policy], this["out"], new(), ["json"], baseline), host, cancel, _ => Base);

    public void Replace(string before, string after)
    {
        var text = File.ReadAllText(this[Policy]);
        var changed = text.Replace(before, after, StringComparison.Ordinal);
        File.WriteAllText(this[Policy], changed != text ? changed : throw new InvalidOperationException($"the policy has no '{before}'"));
    }

    /// <param name="weight">Of each of the eight positions, in C order; those that tell the classes apart are 0, 1, 6 and 7.</param>
    public void WriteModel(Func<int, float> weight)
    {
        LibTorch.Load();
        var weights = new float[2, 4];
        foreach (var position in new[] { 0, 1, 6, 7 })
        {
            weights[position / 4, position % 4] = weight(position);
        }

        using var tensor = torch.tensor(weights);
        OnnxWriter.Write(this[Model], [new OnnxLayer.Flatten(), new OnnxLayer.Linear(tensor)], [1, 2, 2]);
    }

    public void WriteData(bool swapped)
    {
        var pixels = new byte[Samples * 4];
        var labels = new byte[Samples];
        for (var i = 0; i < Samples; i++)
        {
            var label = i % 2;
            labels[i] = (byte)(swapped ? 1 - label : label);
            for (var pixel = 0; pixel < 4; pixel++)
            {
                pixels[(4 * i) + pixel] = (byte)(25 + (pixel / 2 == label ? 2 * i + 1 : 0));
            }
        }

        IdxWriter.WriteGzip(this["images.gz"], [Samples, 1, 2, 2], pixels);
        IdxWriter.WriteGzip(this[Labels], [Samples], labels);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>The files of a folder at one moment, in the place of a repository.</summary>
    /// <param name="target">The target's tip, where it is another.</param>
    private sealed class Snapshot(string folder, IRepository? target = null) : IRepository
    {
        private const string Tip = "1111111111111111111111111111111111111111";

        private readonly Dictionary<string, byte[]> _files =
            Directory.EnumerateFiles(folder).ToDictionary(path => path, File.ReadAllBytes, StringComparer.Ordinal);

        public ImmutableArray<string> StateFiles => [];

        public ImmutableArray<string> Judges(string reference) => target is null ? [new('0', 40)] : [new('0', 40), Tip];

        public bool Holds(string reference, string commit) => true;

        public byte[]? Read(string commit, string path) => target is not null && commit == Tip ? target.Read(commit, path) : _files.GetValueOrDefault(path);

        public (ImmutableArray<string> Names, string Digest) Changed(string commit, IEnumerable<string> paths)
        {
            ImmutableArray<string> names =
                [.. paths.Where(path => !File.ReadAllBytes(path).AsSpan().SequenceEqual(_files[path])).Select(path => Path.GetFileName(path)!)];
            return (names, names.IsEmpty ? "" : "edited");
        }
    }
}
