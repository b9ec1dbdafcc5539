using RobustnessGate.Diagnostics;

namespace RobustnessGate.Cli.Terminal;

/// <summary>
/// Listens to the process that started this one. Whatever that writes asks for an end, as a signal does; where its end of
/// stdin closes it is gone, nobody waits for the result, and this process ends.
/// </summary>
internal static class ParentWatch
{
    public static void Begin() => new Thread(() =>
    {
        using var stdin = Console.OpenStandardInput();
        while (stdin.ReadByte() >= 0)
        {
            Interruption.Ask();
        }

        Environment.Exit((int)ExitCode.Cancelled);
    }) { IsBackground = true, Name = "parent watch" }.Start();
}
