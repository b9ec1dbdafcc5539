using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests;

public class PolicyTemplateTests
{
    internal static readonly string Starter = PolicyTemplate.Render(
        "models/digits.onnx", "data/test-images.idx.gz", "data/test-labels.idx.gz", [1, 28, 28], new Bounds(0, 1), [0.1, 0.3], 1000);

    [Fact]
    public void A_starter_is_a_policy()
    {
        var policy = PolicyText.Read(Starter);

        Assert.Equal([1, 28, 28], policy.Model.Input.Shape.ToArray());
        Assert.Equal(new Bounds(0, 1), policy.Model.Input.Bounds);
        Assert.Equal(1000, policy.Data.Samples);
        Assert.EndsWith("test-labels.idx.gz", policy.Data.Labels, StringComparison.Ordinal);
        Assert.Equal([0.1, 0.3], policy.Attacks[0].Epsilons.Select(e => e.Value));
        Assert.All(policy.Gate.Rules, rule => Assert.True(rule.Compares));
        Assert.Equal([0.1, 0.3], policy.Gate.Rules.Where(r => r.Epsilon is not null).Select(r => r.Epsilon!.Value.Value));
    }

    [Fact]
    public void A_starter_begins_with_the_line_that_editors_read_and_ends_its_lines()
    {
        Assert.StartsWith("# yaml-language-server: $schema=./robustness.schema.json\n", Starter, StringComparison.Ordinal);
        Assert.EndsWith("json] }\n", Starter, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', Starter);
        Assert.DoesNotContain(Starter.Split('\n'), line => line.EndsWith(' '));
    }

    [Theory]
    [InlineData("my models/it's #1: {a}, [b].onnx")]
    [InlineData("C:\\models\\net.onnx")]
    [InlineData("null")]
    [InlineData("8/255")]
    [InlineData("übung/model.onnx")]
    [InlineData("-")]
    [InlineData("*.pt")]
    public void Paths_survive_however_they_are_spelt(string path)
    {
        var policy = PolicyText.Read(PolicyTemplate.Render(path, path, path, [4], new Bounds(-1, 1.5), [0.25]));

        Assert.Equal(Path.GetFullPath(path), policy.Model.Path);
        Assert.Equal(Path.GetFullPath(path), policy.Data.Images);
        Assert.Equal(Path.GetFullPath(path), policy.Data.Labels);
    }

    [Fact]
    public void Labels_and_samples_may_be_left_out()
    {
        var policy = PolicyText.Read(PolicyTemplate.Render("a.onnx", "images", null, [3, 8, 8], new Bounds(0, 1), [8.0 / 255]));

        Assert.Null(policy.Data.Labels);
        Assert.Null(policy.Data.Samples);
        Assert.Equal(8.0 / 255, policy.Attacks[0].Epsilons[0].Value);
    }

    [Fact]
    public void A_starter_without_radius_is_not_written() =>
        Assert.Throws<ArgumentException>(() => PolicyTemplate.Render("a.onnx", "b", null, [4], new Bounds(0, 1), []));
}
