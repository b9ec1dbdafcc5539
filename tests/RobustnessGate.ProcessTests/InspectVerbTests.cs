using System.Text.Json;
using RobustnessGate.Tests.Cli;
using RobustnessGate.Tests.Models;

namespace RobustnessGate.ProcessTests;

public sealed class InspectVerbTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void A_model_alone_is_described_with_what_its_file_tells()
    {
        var run = _workspace.Run("inspect", "model.onnx");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        Assert.Equal(
            """
              model.onnx           ONNX opset 17, 2 nodes, 8 parameters, piecewise linear, batchable
              operators            Flatten, Gemm
              input                1×2×2 in [0, 1]
              output               2 classes, logits

            """, run.Output);
    }

    [Fact]
    public void With_data_natural_accuracy_is_measured()
    {
        var run = _workspace.Run("inspect", "model.onnx", "--images", "images.gz", "--labels", "labels.gz", "--max-samples", "30");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("data                 30 samples, 2 classes; pixels 0..255 mapped to [0, 1]", run.Output, StringComparison.Ordinal);
        Assert.Contains("natural accuracy     100.0 %: 30 of 30", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_says_it_all_and_options_are_stronger()
    {
        var plain = _workspace.Run("inspect", "-p", "robustness.yml");
        var wider = _workspace.Run("inspect", "-p", "robustness.yml", "--bounds", "-1,1");

        Assert.Contains("natural accuracy     100.0 %: 40 of 40", plain.Output, StringComparison.Ordinal);
        Assert.Contains("mapped to [-1, 1]", wider.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_path_is_refused()
    {
        var run = _workspace.Run("inspect", "");

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("RG0002: an empty path names no file.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_get_JSON()
    {
        var run = _workspace.Run("inspect", "model.onnx", "--images", "images.gz", "--labels", "labels.gz", "--json");

        using var document = JsonDocument.Parse(run.Output);
        var overview = document.RootElement.GetProperty("overview");
        Assert.Equal(8, overview.GetProperty("model").GetProperty("parameters").GetInt32());
        Assert.Equal(1, overview.GetProperty("model").GetProperty("operators").GetProperty("Gemm").GetInt32());
        Assert.Equal(40, overview.GetProperty("natural").GetProperty("correct").GetInt32());
        Assert.Empty(document.RootElement.GetProperty("findings").EnumerateArray());
    }

    [Fact]
    public void A_mistake_is_pointed_out_on_stdout_and_is_no_failure()
    {
        _workspace.WriteModel("turned.onnx", -4);
        var run = _workspace.Run("inspect", "turned.onnx", "--images", "images.gz", "--labels", "labels.gz");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("warning RG0433: natural accuracy is 0.0 % of the first 40 samples; with bright and dark swapped it would be 100.0 %.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_data_do_not_hide_what_is_known_of_the_model()
    {
        var run = _workspace.Run("inspect", "model.onnx", "--images", "absent.idx");

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("8 parameters", run.Output, StringComparison.Ordinal);
        Assert.Contains("absent.idx: error RG0301", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_model_is_named_as_it_was_given()
    {
        Directory.CreateDirectory(_workspace["models"]);
        File.WriteAllText(_workspace["models/m.onnx"], "version https://git-lfs.github.com/spec/v1\n");

        var run = _workspace.Run("inspect", "models/m.onnx");

        Assert.Equal(4, run.ExitCode);
        Assert.StartsWith("models/m.onnx: error RG0401: this is a Git LFS pointer", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_format_without_a_shape_asks_for_it()
    {
        var script = ModelFolder.Fixture("scripted.pt");

        var without = _workspace.Run("inspect", script);
        var with = _workspace.Run("inspect", script, "--shape", "2x8x8");

        Assert.Equal(4, without.ExitCode);
        Assert.Contains("error RG0425", without.Error, StringComparison.Ordinal);
        Assert.Contains("--shape", without.Error, StringComparison.Ordinal);
        Assert.Contains("input                2×8×8 in [0, 1]", with.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("inspect", "model.onnx", "--labels", "labels.gz")]
    [InlineData("inspect", "model.onnx", "--bounds", "1")]
    [InlineData("inspect", "model.onnx", "--bounds", "1,0")]
    [InlineData("inspect", "model.onnx", "--shape", "1x0")]
    [InlineData("inspect", "model.onnx", "--shape", "1xa")]
    [InlineData("inspect", "model.onnx", "--std", "0")]
    [InlineData("inspect", "model.onnx", "--layout", "sideways")]
    public void A_bad_command_line_is_refused(params string[] arguments)
    {
        var run = _workspace.Run(arguments);

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("error RG000", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_says_the_same_first_and_points_out_the_mistake_before_it_attacks()
    {
        _workspace.WriteModel("model.onnx", -4);
        var run = _workspace.Run("check", "--baseline", "none");

        var said = run.Error;
        Assert.Contains("model.onnx           ONNX opset 17, 2 nodes, 8 parameters, piecewise linear, batchable", said, StringComparison.Ordinal);
        var mistake = said.IndexOf("warning RG0433", StringComparison.Ordinal);
        Assert.InRange(mistake, 0, said.IndexOf("pgd-linf-0.1", StringComparison.Ordinal));
        Assert.Contains("robustness.yml(8,11): warning RG0433", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_in_model_and_data_are_told_at_once_with_their_paths()
    {
        Directory.CreateDirectory(_workspace["models"]);
        File.WriteAllBytes(_workspace["models/m.onnx"], [1, 2, 3]);
        var policy = _workspace.Read("robustness.yml").Replace("path: model.onnx", "path: models/m.onnx", StringComparison.Ordinal)
            .Replace("images: images.gz", "images: data/absent.gz", StringComparison.Ordinal);
        File.WriteAllText(_workspace["robustness.yml"], policy);

        var here = _workspace.Run("check");
        var above = Tool.RunIn(Path.GetDirectoryName(_workspace.Folder)!, "check", "-p", Path.Combine(Path.GetFileName(_workspace.Folder), "robustness.yml"), "-o", _workspace["out"]);

        Assert.Equal(4, here.ExitCode);
        Assert.Contains("models/m.onnx: error RG0405", here.Error, StringComparison.Ordinal);
        Assert.Contains("data/absent.gz: error RG0301", here.Error, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(_workspace.Folder) + "/models/m.onnx: error RG0405", above.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();
}
