using RobustnessGate.Diagnostics;

namespace RobustnessGate.Hosting;

/// <summary>Findings that say why an evaluation ended before it was finished.</summary>
internal static class Stopped
{
    public static Finding ByRequest() => Because("RG0910",
        "the evaluation was interrupted. What was finished is in the report, and nothing is judged from a part; "
        + "run the same command again for a verdict.");

    public static Finding AfterTimeout(TimeSpan timeout) => Because("RG0911",
        $"the evaluation took longer than the timeout of {timeout:c}. What was finished is in the report, and nothing is "
        + "judged from a part; allow more time, or evaluate fewer samples.");

    public static Finding ByDeath(int exitCode) => Because("RG0904",
        $"the evaluation process died with exit code {exitCode}{Meaning(exitCode)}. What was finished is in the report. "
        + "Most often the model or too little memory is the cause: try fewer samples or a smaller batch size.");

    /// <summary>Of a verb that has no report.</summary>
    public static Finding BeforeItsEnd(int exitCode) => Because("RG0904",
        $"the process that opened the model died with exit code {exitCode}{Meaning(exitCode)}, and nothing came of it. "
        + "Most often the model is the cause: export it again, a TorchScript file without optimize_for_inference; or there is too little memory.");

    public static Finding ByDamage(string damage) => Because("RG0904",
        $"what the evaluation process wrote cannot be read to its end: {damage}. What came before is in the report, and nothing is "
        + "judged from a part. Most often a full disk is the cause: make room and run check again.");

    public static Finding ByFile(Exception exception) => Because("RG0909",
        $"a file cannot be read or written: {exception.Message} Most often the disk is full or the folder read-only. "
        + "What was finished is in the report, and nothing is judged from a part.");

    public static Finding ByDefect() => Because("RG0912",
        "the evaluation ended with an internal error of the tool, shown above. What was finished is in the report.");

    private static Finding Because(string code, string message) => new(code, Severity.Error, null, message);

    /// <summary>Whether an exception says that the file system refused, not that the tool is wrong.</summary>
    public static bool IsAboutFiles(Exception exception) =>
        exception is IOException and not FileLoadException or UnauthorizedAccessException;

    /// <summary>The signal behind the exit codes that Unix gives to killed processes.</summary>
    private static string Meaning(int exitCode) => exitCode switch
    {
        134 => " (aborted by native code)",
        136 => " (arithmetic fault)",
        137 => " (killed, as happens when memory runs out)",
        139 => " (invalid memory access)",
        143 => " (told to end)",
        0 => " before its end",
        _ => "",
    };
}
