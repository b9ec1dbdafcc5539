using System.Collections.Immutable;

namespace RobustnessGate.Hosting;

/// <summary>The version control that a policy lives in, to read from: nothing in it is ever changed.</summary>
internal interface IRepository
{
    /// <summary>
    /// The commits whose judges a change is held to: all that it parted from its target at, and the target's tip, which is the
    /// last. One where the head contains the tip.
    /// </summary>
    /// <param name="reference">Of the target: a branch, a tag, a commit.</param>
    /// <returns>Their full hashes.</returns>
    /// <exception cref="Diagnostics.MistakeException">RG0515 to RG0518: it cannot be told. Never a guess.</exception>
    ImmutableArray<string> Judges(string reference);

    /// <summary>Whether the history of a target holds a commit.</summary>
    bool Holds(string reference, string commit);

    /// <summary>A file as it was checked in; null where the commit has none.</summary>
    /// <param name="path">Absolute.</param>
    byte[]? Read(string commit, string path);

    /// <summary>Those of some files and folders that are not what they were, in ordinal order, with a digest of what they are now.</summary>
    /// <param name="paths">Absolute.</param>
    (ImmutableArray<string> Names, string Digest) Changed(string commit, IEnumerable<string> paths);

    /// <summary>Files that change when the answer to <see cref="Judges"/> can change.</summary>
    ImmutableArray<string> StateFiles { get; }
}
