namespace RobustnessGate.Evaluation;

/// <summary>What one run has found so far, by sample.</summary>
internal sealed class AttackOutcome(bool[] robust, int[] predictions, AdversarialFile? file)
{
    public bool[] Robust { get; } = robust;

    public int[] Predictions { get; } = predictions;

    /// <summary>Judged points of samples that were broken.</summary>
    public float[]?[] Points { get; } = new float[]?[robust.Length];

    public AdversarialFile? File { get; } = file;

    /// <summary>Whether <see cref="Points"/> are to hold the lowest point met of robust samples as well.</summary>
    public bool KeepsLowest { get; set; }

    public bool KeepsAll => KeepsLowest || File is not null;

    /// <summary>Samples of which no other point was looked at.</summary>
    public HashSet<int> Unmoved { get; } = [];

    /// <summary>Samples that float32 saw broken and float64 far from it.</summary>
    public HashSet<int> Disagreeing { get; } = [];

    /// <summary>Samples whose judged point lies too near to the boundary to be the same everywhere.</summary>
    public HashSet<int> Near { get; } = [];

    /// <summary>Per-sample forward passes.</summary>
    public long Forwards { get; set; }

    /// <summary>Per-sample backward passes.</summary>
    public long Backwards { get; set; }

    public void SetNear(int sample, bool near)
    {
        if (near)
        {
            Near.Add(sample);
        }
        else
        {
            Near.Remove(sample);
        }
    }
}
