using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Hosting;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests.Integrity;

/// <summary>
/// An evaluation without a network, for tests of everything around it: the model's file says how many of a hundred
/// samples withstand any attack, and the samples are known by the files of the data.
/// </summary>
internal sealed class PaperHost(string torch = "2.10.0", string device = "cpu", string kernels = "as-shipped") : IEvaluationHost
{
    public const int Samples = 100;

    /// <summary>Every request, in order.</summary>
    public List<EvaluationRequest> Requests { get; } = [];

    public Evaluated Evaluate(EvaluationRequest request, CancellationToken cancel)
    {
        Requests.Add(request);
        var policy = request.ReadPolicy();
        var model = File.ReadAllText(policy.Model.Path);
        var robust = int.Parse(model.Split(' ')[1], CultureInfo.InvariantCulture);
        var count = Math.Min(policy.Data.Samples ?? Samples, policy.Data.Limit ?? Samples);
        var data = Sha256(File.ReadAllText(policy.Data.Images) + File.ReadAllText(policy.Data.Labels!));
        ImmutableArray<byte> ids = [.. Enumerable.Range(0, count).SelectMany(i => SHA256.HashData(Encoding.UTF8.GetBytes($"{data} {i}"))[..8])];
        ImmutableArray<int> labels = [.. Enumerable.Range(0, count).Select(i => i % 10)];
        var natural = Scene.Bits(count, count);
        var facts = EvaluationFacts.Empty
            .With(new ModelFact("onnx", Sha256(model), 10, 10, true))
            .With(new DataFact(data, count, ids, labels))
            .With(new NaturalFact(natural, labels));
        foreach (var run in policy.Runs)
        {
            var bits = Scene.Bits(Math.Min(robust, count), count);
            facts = facts.With(new AttackFact(
                run.Id, run.Entry.Attack.Name, AttackDescription.Protocol(run), run.Entry.Norm.Name(), run.Epsilon.Value, false,
                bits, 1, 1, null, null, [.. bits.Select((right, i) => right ? i % 10 : (i + 3) % 10)]));
        }

        return new(facts
            .With(new RunFact(torch, device, 1, 64, 0, ImmutableSortedDictionary<string, double>.Empty, Kernels: new(kernels, [])))
            .With(new CompletedFact()), ExitCode.Passed);
    }

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
