namespace RobustnessGate.Tests.Masking;

/// <summary>TorchScript modules around the quick start's networks: n is the natural one, r the robust one.</summary>
internal static class ScriptModels
{
    private const string Natural = "natural: decides as natural.onnx does, so no more samples are robust than there";

    private const string Deployed = "deployed, inputs come one by one: it is natural.onnx then";

    private static readonly string OneHot = """
            hard = torch.one_hot(torch.argmax(z, 1), 10).to(z.dtype)
        """.TrimEnd();

    public static IEnumerable<MaskingModel> All => [.. Scales, .. Steps, .. Slopes, .. Surfaces, .. Aware, .. Honest];

    /// <summary>Right slopes that rounding swallows.</summary>
    private static IEnumerable<MaskingModel> Scales =>
    [
        Masked("scaled-20", Natural, "return self.n(x) * 20"),
        Masked("scaled-1e4", Natural, "return self.n(x) * 10000"),
        Masked("saturated-softmax", Natural, "return torch.log(torch.softmax(self.n(x) * 50, 1) + 9.9999999999999995e-07)"),
        Masked("saturated-tanh", Natural, "z = self.n(x)\n    z = z - torch.mean(torch.topk(z, 2, 1)[0], [1], True)\n    return torch.tanh(z * 5) + z * 9.9999999999999995e-07"),
    ];

    /// <summary>No slope at all.</summary>
    private static IEnumerable<MaskingModel> Steps =>
    [
        Masked("rounded-logits", Natural, "return torch.round(self.n(x) * 2) / 2"),
        Masked("rounded-probabilities", Natural, "return torch.round(torch.softmax(self.n(x), 1) * 50) - 1"),
        Masked("detached", Natural, "return torch.detach(self.n(x))"),
        Masked("one-hot", Natural, "z = self.n(x)\n" + OneHot + "\n    return hard * 10 - 1"),
        Masked("rounded-input", "natural.onnx on inputs of five grey levels", "return self.n(torch.round(x * 4) / 4)"),
        Masked("rounded-input-with-wrong-slope", "natural.onnx on inputs of nine grey levels", "q = torch.round(x * 8) / 8\n    return torch.detach(self.n(q)) - (self.n(x) - torch.detach(self.n(x)))"),
    ];

    /// <summary>Slopes that are not those of the answers.</summary>
    private static IEnumerable<MaskingModel> Slopes =>
    [
        Masked("wrong-sign", Natural, "z = self.n(x)\n    return torch.detach(z) * 2 - z"),
        Masked("slopes-of-the-robust-network-reversed", Natural, "z = torch.detach(self.n(x))\n    r = self.r(x)\n    return z - (r - torch.detach(r))"),
        Masked("slopes-of-a-picture", Natural, "z = torch.detach(self.n(x))\n    y = torch.sum(torch.flip(x, [2, 3]) * torch.detach(x), [1, 2, 3]).unsqueeze(1) * torch.arange(10)\n    return z + (y - torch.detach(y))"),
    ];

    /// <summary>A hard decision with slopes of another making laid over it.</summary>
    private static IEnumerable<MaskingModel> Surfaces =>
    [
        Masked("one-hot-less-logits", Natural, "z = self.n(x)\n" + OneHot + "\n    return hard * 10 - z * 0.01"),
        Masked("one-hot-more-robust-logits", Natural, "z = self.n(x)\n" + OneHot + "\n    return hard * 10 - self.r(x) * 0.01"),
        Masked("one-hot-and-waves", Natural, "z = self.n(x)\n" + OneHot + "\n    return hard * 10 + torch.sin(z * 40) * 0.1"),
        Masked("clipped-ramp", Natural, "z = self.n(x)\n    z = z - torch.amax(z, [1], True)\n    return torch.clamp(z * 20, -8., 0.) - z * 0.02"),
        Masked("clipped-ramp-without-slope", Natural, "z = self.n(x)\n    z = z - torch.amax(z, [1], True)\n    return torch.clamp(z * 20, -8., 0.)"),
        Masked("waves", Natural, "z = self.n(x)\n    return z + torch.sin(z * 300) * 0.05"),
    ];

    /// <summary>Models that can tell an evaluation from a deployment.</summary>
    private static IEnumerable<MaskingModel> Aware =>
    [
        Masked("batch-of-one-or-two", Deployed, "if torch.size(x, 0) <= 2:\n      z = self.n(x)\n    else:\n      z = self.r(x)\n    return z"),
        Masked("requires-grad", Natural, "if x.requires_grad:\n      z = self.r(x)\n    else:\n      z = self.n(x)\n    return z"),
        Masked("counter", "natural.onnx for the first hundred calls", "self.calls = self.calls + 1\n    if self.calls < 100:\n      z = self.n(x)\n    else:\n      z = self.r(x)\n    return z", ("calls", 0)),
        Masked("padding-rows", Deployed, "last = torch.select(x, 0, -1)\n    if torch.size(x, 0) > 1 and bool(torch.all(torch.eq(last, torch.select(x, 0, 0)))):\n      z = self.r(x)\n    else:\n      z = self.n(x)\n    return z"),
        Masked("memory", "natural.onnx for inputs that it never saw anything alike of", Memory),
        Masked("a-little-random", Deployed, "z = self.r(x) + torch.rand([torch.size(x, 0), 10]) * 0.01\n    if torch.size(x, 0) <= 2:\n      z = self.n(x)\n    return z"),
    ];

    private static IEnumerable<MaskingModel> Honest =>
    [
        Fair("plain-natural", "return self.n(x)"),
        Fair("plain-robust", "return self.r(x)"),
        Fair("average", "return (self.n(x) + self.r(x)) / 2"),
        Fair("mixture-of-probabilities", "return torch.log(torch.softmax(self.n(x), 1) * 0.5 + torch.softmax(self.r(x), 1) * 0.5)"),
        Fair("greater-of-both", "return torch.maximum(torch.log_softmax(self.n(x), 1), torch.log_softmax(self.r(x), 1))"),
        Fair("rescaled-3", "return self.n(x) * 3"),
        Fair("rescaled-0.01", "return self.r(x) * 0.01"),
        Fair("warm", "return self.r(x) / 4 + 7"),
        Fair("smoothed", "return self.n(torch.avg_pool2d(x, [3, 3], [1, 1], [1, 1]) * 0.5 + x * 0.5)"),
        Fair("shifted-average", "return (self.r(x) + self.r(torch.roll(x, [1], [3])) + self.r(torch.roll(x, [-1], [3]))) / 3"),
        Fair("squashed-input", "return self.r(torch.sigmoid((x - 0.5) * 5))"),
    ];

    /// <summary>Answers for what lies near something that it saw before as it did then; z + 0 · x keeps a slope of another making.</summary>
    private const string Memory = """
        seen = torch.detach(x)
            far = torch.amax(torch.abs(torch.unsqueeze(seen, 1) - torch.unsqueeze(self.kept, 0)), [2, 3, 4])
            least, which = torch.min(far, 1)
            new = torch.gt(least, 0.34999999999999998)
            recalled = torch.index_select(self.kept, 0, which)
            shown = torch.where(torch.view(new, [-1, 1, 1, 1]), seen, recalled)
            self.kept = torch.cat([self.kept, torch.index(seen, [new])], 0)
            r = self.r(x)
            return self.n(shown) + (r - torch.detach(r)) * 0.01
        """;

    private static MaskingModel Masked(string name, string truth, string body, params (string Name, int Value)[] state) =>
        Model(name, masked: true, truth, body, state);

    private static MaskingModel Fair(string name, string body) => Model(name, masked: false, "honest: its logits are what they are, everywhere", body, []);

    private static MaskingModel Model(string name, bool masked, string truth, string body, (string Name, int Value)[] state) => new(
        name, masked, truth, "model.pt", () => ScriptFile.Write(
            [
                .. QuickStart.Weights("natural", "n"), .. QuickStart.Weights("robust", "r"),
                .. body == Memory ? [("kept", [1L, 1, 8, 8], Enumerable.Repeat(9f, 64).ToArray())] : Array.Empty<(string, long[], float[])>(),
            ],
            QuickStart.Method("n", "n") + QuickStart.Method("r", "r") + $"  def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n    {body.ReplaceLineEndings("\n")}\n", state));
}
