using System.Text.RegularExpressions;

namespace RobustnessGate.Tests.Structure;

/// <summary>Which room imports which, read from the sources.</summary>
internal static partial class Imports
{
    /// <summary>Each pair of rooms of which the first has a using of the second, with one file where it does.</summary>
    public static Dictionary<(string From, string To), string> Between(IEnumerable<string> folders)
    {
        var found = new Dictionary<(string, string), string>();
        foreach (var file in folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)))
        {
            var text = File.ReadAllText(file);
            if (Rooms.Of(Space().Match(text).Groups[1].Value) is not { } from)
            {
                continue;
            }

            foreach (var to in Using().Matches(text).Select(match => Rooms.Of(match.Groups[1].Value)).OfType<string>().Where(to => to != from))
            {
                found.TryAdd((from, to), file);
            }
        }

        return found;
    }

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Space();

    [GeneratedRegex(@"^using (?:static )?((?:RobustnessGate|TorchSharp)[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
