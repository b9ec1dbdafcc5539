using System.Runtime.CompilerServices;

namespace VerifyXunit;

/// <summary>
/// Snapshot tests with the files and the call of Verify: <c>return Verify(text, "md");</c> compares with
/// <c>Class.Method.verified.md</c> beside the test and writes <c>Class.Method.received.md</c> where they differ.
/// A snapshot that does not exist yet fails too: someone has to look at it and rename it.
/// </summary>
public static class Verifier
{
    public static Task Verify(
        string target, string extension = "txt", [CallerFilePath] string sourceFile = "", [CallerMemberName] string method = "")
    {
        var stem = Path.Combine(Path.GetDirectoryName(sourceFile)!, $"{Path.GetFileNameWithoutExtension(sourceFile)}.{method}");
        string verified = $"{stem}.verified.{extension}", received = $"{stem}.received.{extension}";
        var expected = File.Exists(verified) ? File.ReadAllText(verified).Replace("\r\n", "\n", StringComparison.Ordinal) : null;
        if (expected == target)
        {
            File.Delete(received);
            return Task.CompletedTask;
        }

        File.WriteAllText(received, target);
        Assert.Fail($"{Path.GetFileName(received)} differs from {Path.GetFileName(verified)}:\n{FirstDifference(expected ?? "", target)}");
        return Task.CompletedTask;
    }

    private static string FirstDifference(string expected, string actual)
    {
        string[] before = expected.Split('\n'), now = actual.Split('\n');
        var line = Enumerable.Range(0, Math.Max(before.Length, now.Length))
            .First(i => i >= before.Length || i >= now.Length || before[i] != now[i]);
        return $"line {line + 1}\n- {before.ElementAtOrDefault(line)}\n+ {now.ElementAtOrDefault(line)}";
    }
}
