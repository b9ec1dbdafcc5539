using System.Collections.Immutable;

namespace RobustnessGate.Hosting;

/// <summary>The version control that a policy lives in, to read from: nothing in it is ever changed.</summary>
internal interface IRepository
{
    /// <summary>The commit that the change under test began from.</summary>
    /// <param name="reference">Of the target: a branch, a tag, a commit.</param>
    /// <returns>Its full hash.</returns>
    /// <exception cref="Diagnostics.MistakeException">RG0515 to RG0518: it cannot be told. Never a guess.</exception>
    string MergeBase(string reference);

    /// <summary>A file as it was checked in; null where the commit has none.</summary>
    /// <param name="path">Absolute.</param>
    byte[]? Read(string commit, string path);

    /// <summary>Those of some files and folders that are not what they were, in ordinal order, with a digest of what they are now.</summary>
    /// <param name="paths">Absolute.</param>
    (ImmutableArray<string> Names, string Digest) Changed(string commit, IEnumerable<string> paths);

    /// <summary>Files that change when the answer to <see cref="MergeBase"/> can change.</summary>
    ImmutableArray<string> StateFiles { get; }
}
