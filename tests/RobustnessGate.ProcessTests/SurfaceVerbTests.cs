using System.Globalization;
using System.Xml.Linq;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Tests.Cli;

namespace RobustnessGate.ProcessTests;

public sealed class SurfaceVerbTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void A_policy_is_enough_for_pictures_tables_and_a_page_that_links_them()
    {
        var run = _workspace.Run("surface", "-p", "robustness.yml", "--sample", "7", "--resolution", "11", "-o", "out");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("wrote out/sample-7.svg\nwrote out/sample-7-relief.svg\nwrote out/sample-7.csv\nwrote out/surface.md\n", run.Output.ReplaceLineEndings("\n"));
        var page = _workspace.Read("out/surface.md");
        Assert.Contains("![Sample 7, of class 1](sample-7.svg)", page, StringComparison.Ordinal);
        Assert.Contains("(sample-7-relief.svg)", page, StringComparison.Ordinal);
        Assert.Contains("[sample-7.csv](sample-7.csv)", page, StringComparison.Ordinal);
        Assert.DoesNotContain(_workspace.Folder, page, StringComparison.Ordinal);
        Assert.Equal("svg", XDocument.Parse(_workspace.Read("out/sample-7.svg")).Root!.Name.LocalName);
        Assert.Equal(1 + 121, _workspace.Read("out/sample-7.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        // Bright pixels exceed dark ones by 38 of 255; both give way, so that half of it closes the gap.
        Assert.Contains("| 0.07451 |", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_command_writes_the_same_bytes()
    {
        foreach (var folder in new[] { "one", "two" })
        {
            _workspace.Run("surface", "-p", "robustness.yml", "--resolution", "11", "--count", "1", "-o", folder);
        }

        var files = Directory.GetFiles(_workspace["one"]).Select(Path.GetFileName).ToArray();
        Assert.Equal(4, files.Length);
        Assert.All(files, file => Assert.Equal(_workspace.Read($"one/{file}"), _workspace.Read($"two/{file}")));
    }

    [Fact]
    public void Two_models_from_options_stand_in_one_picture()
    {
        _workspace.WriteModel("before.onnx", 4, second: 5);
        var run = _workspace.Run(
            "surface", "model.onnx", "--compare", "before.onnx", "--images", "images.gz", "--labels", "labels.gz", "--count", "1",
            "--x", "random", "--y", "ce", "--norm", "l2", "--epsilon", "1/10", "--resolution", "11", "-o", "out");

        Assert.Equal(0, run.ExitCode);
        var page = _workspace.Read("out/surface.md");
        Assert.Contains("| before.onnx |", page, StringComparison.Ordinal);
        Assert.Contains("| model.onnx |", page, StringComparison.Ordinal);
        Assert.Contains("| along ce |", page, StringComparison.Ordinal);
        var picture = _workspace.Read(Path.Combine("out", Path.GetFileName(Directory.GetFiles(_workspace["out"], "*.svg").Single(file => !file.EndsWith("-relief.svg", StringComparison.Ordinal)))));
        Assert.Contains("ε = 0.1 (ℓ2)", picture, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_have_a_surface_of_their_own()
    {
        var run = _workspace.Run("surface", "-p", "robustness.yml", "--space", "parameters", "--resolution", "5", "-o", "out");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Weights, means over 40 samples", _workspace.Read("out/surface.md"), StringComparison.Ordinal);
        Assert.StartsWith("model,x,y,margin,loss,accuracy\n", _workspace.Read("out/parameters.csv"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_that_is_not_there_is_said_with_its_code()
    {
        var run = _workspace.Run("surface", "-p", "robustness.yml", "--sample", Workspace.Samples.ToString(CultureInfo.InvariantCulture));

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("error RG0490: sample 40 is not among the 40", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_from_options_are_averaged_over_like_a_policy_s()
    {
        string[] plane = ["--space", "parameters", "--resolution", "3"];
        var options = _workspace.Run(["surface", "model.onnx", "--images", "images.gz", "--labels", "labels.gz", "--max-samples", "9", .. plane, "-o", "one"]);
        _workspace.Run(["surface", "-p", "robustness.yml", "--max-samples", "9", "--seed", "0", .. plane, "-o", "two"]);

        Assert.Equal(0, options.ExitCode);
        Assert.Contains("Means over the first 9 samples in use.", _workspace.Read("one/surface.md"), StringComparison.Ordinal);
        Assert.Equal(_workspace.Read("one/surface.md"), _workspace.Read("two/surface.md"));
        Assert.Equal(_workspace.Read("one/parameters.csv"), _workspace.Read("two/parameters.csv"));
    }

    [Theory]
    [InlineData("RG0002", 5, "needs --epsilon", "--attack", "bim")]
    [InlineData("RG0490", 4, "extent of 1E+300", "--extent", "1e300")]
    [InlineData("RG0490", 4, "extent of 1E-300", "--extent", "1e-300")]
    [InlineData("RG0490", 4, "point the same way", "--x", "ce")]
    public void What_cannot_be_shown_is_said_with_its_code(string code, int exit, string words, params string[] options)
    {
        var run = _workspace.Run(["surface", "model.onnx", "--images", "images.gz", "--labels", "labels.gz", "--sample", "3", .. options]);

        Assert.Equal(exit, run.ExitCode);
        Assert.Contains($"error {code}: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("surface")]
    [InlineData("surface", "model.onnx")]
    [InlineData("surface", "-p", "robustness.yml", "--resolution", "100")]
    [InlineData("surface", "-p", "robustness.yml", "--sample", "-1")]
    [InlineData("surface", "-p", "robustness.yml", "--x", "cw", "--y", "cw")]
    [InlineData("surface", "-p", "robustness.yml", "--x", "cw")]
    [InlineData("surface", "-p", "robustness.yml", "--y", "orthogonal")]
    [InlineData("surface", "-p", "robustness.yml", "--x", "sideways")]
    [InlineData("surface", "-p", "robustness.yml", "--epsilon", "0")]
    [InlineData("surface", "-p", "robustness.yml", "--norm", "l2", "--attack", "bim")]
    [InlineData("surface", "-p", "robustness.yml", "--norm", "l2")]
    [InlineData("surface", "-p", "robustness.yml", "--count", "2", "--sample", "3")]
    [InlineData("surface", "-p", "robustness.yml", "--space", "parameters", "--attack", "bim")]
    [InlineData("surface", "-p", "robustness.yml", "--space", "parameters", "--epsilon", "0.1")]
    [InlineData("surface", "-p", "robustness.yml", "--space", "parameters", "--norm", "linf")]
    [InlineData("surface", "-p", "robustness.yml", "--space", "parameters", "--clip")]
    [InlineData("surface", "-p", "robustness.yml", "--space", "parameters", "--count", "2")]
    [InlineData("surface", "-p", "robustness.yml", "--extent", "NaN")]
    [InlineData("surface", "-p", "robustness.yml", "--extent", "1e400")]
    [InlineData("surface", "-p", "robustness.yml", "--threads", "0")]
    [InlineData("surface", "-p", "robustness.yml", "--seed", "-1")]
    public void A_bad_command_line_is_refused(params string[] arguments) =>
        Assert.NotEmpty(CommandLine.Build().Parse(arguments).Errors);

    [Theory]
    [InlineData("surface", "-p", "robustness.yml", "--norm", "l2", "--extent", "2")]
    [InlineData("surface", "-p", "robustness.yml", "--norm", "l2", "--epsilon", "1", "--attack", "pgd")]
    [InlineData("surface", "-p", "robustness.yml", "--space", "parameters", "--sample", "3", "--sample", "4", "--extent", "2")]
    [InlineData("surface", "-p", "robustness.yml", "--attack", "none", "--clip")]
    public void A_good_one_is_understood(params string[] arguments) => Assert.Empty(CommandLine.Build().Parse(arguments).Errors);

    public void Dispose() => _workspace.Dispose();
}
