namespace RobustnessGate.Evaluation;

/// <summary>What one run has found so far, by sample.</summary>
internal sealed class AttackOutcome(bool[] robust, int[] predictions, AdversarialFile? file)
{
    public bool[] Robust { get; } = robust;

    public int[] Predictions { get; } = predictions;

    /// <summary>Judged points of samples that were broken.</summary>
    public float[]?[] Points { get; } = new float[]?[robust.Length];

    public AdversarialFile? File { get; } = file;

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
