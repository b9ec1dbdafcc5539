using System.Collections.Immutable;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Policies;

/// <summary>The policy's text as it was read: its path, its hash, and where each key stands.</summary>
/// <param name="Path">Absolute path of the policy file.</param>
/// <param name="Display">The path as findings print it (as the user wrote it).</param>
/// <param name="Sha256">Of the bytes, lower-case hexadecimal.</param>
/// <param name="Places">Key path (<c>gate.rules[0].max-drop</c>) to line and column of its value.</param>
internal sealed record PolicySource(
    string Path, string Display, string Sha256, ImmutableDictionary<string, (int Line, int Column)> Places)
{
    /// <summary>Location of a key path, or of the nearest enclosing one that the file has.</summary>
    public Location At(string keyPath)
    {
        for (var path = keyPath; path.Length > 0; path = Enclosing(path))
        {
            if (Places.TryGetValue(path, out var place))
            {
                return new Location(Display, place.Line, place.Column);
            }
        }

        return new Location(Display, 1, 1);
    }

    private static string Enclosing(string path)
    {
        var cut = path.LastIndexOfAny(['.', '[']);
        return cut < 0 ? "" : path[..cut];
    }
}
