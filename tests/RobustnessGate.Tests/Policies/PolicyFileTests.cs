using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests;

public sealed class PolicyFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("policy-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_missing_file_is_a_mistake_that_names_the_next_step()
    {
        var path = Path.Combine(_directory.FullName, "nowhere", "robustness.yml");

        var mistake = Assert.Throws<MistakeException>(() => PolicyReader.Read(path));

        Assert.Equal(ExitCode.InvalidInput, mistake.ExitCode);
        var finding = Assert.Single(mistake.Findings);
        Assert.Equal("RG0101", finding.Code);
        Assert.Equal(path, finding.Where!.File);
        Assert.Contains("robustness.yml.example", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData(".")]
    public void An_unusable_path_is_a_mistake(string path) =>
        Assert.Equal("RG0101", Assert.Throws<MistakeException>(() => PolicyReader.Read(path)).Findings.Single().Code);

    [Fact]
    public void A_directory_is_a_mistake_that_asks_for_the_file() => Assert.Contains(
        "directory",
        Assert.Throws<MistakeException>(() => PolicyReader.Read(_directory.FullName)).Findings.Single().Message,
        StringComparison.Ordinal);

    [Fact]
    public void Paths_are_relative_to_the_policy_file()
    {
        var path = Path.Combine(_directory.FullName, "robustness.yml");
        File.WriteAllText(path, PolicyText.With(8, "  images: ../x.npy"));

        var policy = PolicyReader.Read(path);

        Assert.Equal(Path.Combine(_directory.FullName, "net.onnx"), policy.Model.Path);
        Assert.Equal(Path.Combine(_directory.Parent!.FullName, "x.npy"), policy.Data.Images);
        Assert.Equal(Path.Combine(_directory.FullName, "base.json"), policy.Gate.Baseline);
        Assert.Equal(path, policy.Source.Path);
    }

    [Fact]
    public void The_hash_is_that_of_the_bytes()
    {
        var path = Path.Combine(_directory.FullName, "robustness.yml");
        File.WriteAllText(path, PolicyText.With(0, ""));

        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))),
            PolicyReader.Read(path).Source.Sha256);
    }
}
