using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;

namespace RobustnessGate.Attacks;

/// <summary>
/// An attack is the immutable record of its parameters and one method that moves points.
/// It proposes; the <see cref="Search"/> that it is given projects, judges and counts. It cannot report success.
/// The parameters of the record's constructor are the attack's keys in <c>robustness.yml</c>, in kebab case.
/// </summary>
public abstract record Attack
{
    /// <summary>The name in policies and results.</summary>
    public abstract string Name { get; }

    /// <summary>Norms that the attack is defined for; the first is its default.</summary>
    public abstract IReadOnlyList<Norm> Norms { get; }

    /// <summary>Whether it searches for the nearest adversarial point instead of any within a radius.</summary>
    public virtual bool MinimalNorm => false;

    /// <summary>Whether a search for the nearest point ends for a sample with the first adversarial one that it meets.</summary>
    public virtual bool StopsAtFirst => false;

    /// <summary>Most queries (a forward pass of each robust sample, most with a backward pass) that one run makes.</summary>
    public abstract int Queries { get; }

    /// <summary>Moves the points of all samples that are still robust until they are broken or the attack's budget is used.</summary>
    public abstract void Run(Search search);
}
