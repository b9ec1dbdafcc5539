namespace RobustnessGate.Cli.Terminal;

/// <summary>
/// The user's stdout and stderr, for what the tool itself says. While a model is at work in this process they are not those
/// of <see cref="Console"/>, which then belongs to the model.
/// </summary>
internal static class Streams
{
    private static TextWriter? _out;
    private static TextWriter? _error;

    public static TextWriter Out => _out ?? Console.Out;

    public static TextWriter Error => _error ?? Console.Error;

    /// <summary>
    /// Keeps both as they are now, wherever the console or the descriptors 1 and 2 lead later: the runtime's streams write to
    /// descriptors of their own, made when they are first asked for.
    /// </summary>
    public static void Keep() => (_out, _error) = (Out, Error);
}
