using RobustnessGate.Hosting;

namespace RobustnessGate.Tests.Hosting;

public class SandboxTests
{
    private static readonly ChildCommand Command = new("/usr/bin/tool", ["evaluate", "--verbosity=n"]);

    [Fact]
    public void Within_a_sandbox_the_command_is_the_end_of_the_line()
    {
        var walled = Sandbox.Around(Command, obstacle: null);

        Assert.Equal("bwrap", walled.FileName);
        Assert.Equal("-- /usr/bin/tool evaluate --verbosity=n", string.Join(" ", walled.Arguments.TakeLast(4)));
        Assert.Contains("--unshare-pid", walled.Arguments);
        Assert.Contains("--unshare-net", walled.Arguments);
    }

    [Fact]
    public void Without_one_the_command_is_as_it_was_and_why_is_told()
    {
        Assert.Same(Command, Sandbox.Around(Command, "not installed"));
        Assert.True(Sandbox.Obstacle is null or { Length: > 10 });
    }
}
