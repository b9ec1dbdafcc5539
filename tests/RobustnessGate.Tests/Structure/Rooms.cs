namespace RobustnessGate.Tests.Structure;

/// <summary>
/// The rooms of the library, bottom first, and what the code of each may know: docs/architecture.md in one table. Every pair
/// that is not here is forbidden. A room may know only rooms above it in the table, so there is no cycle.
/// </summary>
internal static class Rooms
{
    /// <summary>TorchSharp as if it were a room: those that do not name it have no tensors.</summary>
    public const string Tensors = "TorchSharp";

    /// <summary>The namespace RobustnessGate itself: what programs that use the library call first.</summary>
    public const string Front = "RobustnessGate";

    private const string Table = """
        Diagnostics    :
        Drawing        :
        Maths          : TorchSharp
        Native         : Diagnostics TorchSharp
        Kernels        : Diagnostics Maths Native TorchSharp
        LinearMaps     : Maths Kernels TorchSharp
        Attacks.Engine : Maths TorchSharp
        Attacks        : Maths Attacks.Engine TorchSharp
        Regimes        : Maths LinearMaps TorchSharp
        Policies       : Diagnostics Maths Attacks Regimes
        Samples        : Diagnostics Maths Policies
        Models         : Diagnostics Maths Kernels LinearMaps Policies TorchSharp
        Facts          : Diagnostics Maths Attacks Policies
        Indicators     : Maths LinearMaps Facts TorchSharp
        Evaluation     : Diagnostics Maths Native Kernels LinearMaps Attacks.Engine Attacks Policies Samples Models Facts Indicators TorchSharp
        Training       : Diagnostics Maths Kernels LinearMaps Regimes Policies Samples Models TorchSharp
        Gating         : Diagnostics Maths Policies Facts
        Results        : Diagnostics Maths Policies Facts Gating
        Integrity      : Diagnostics Maths Attacks Policies Facts Gating Results
        Reports        : Diagnostics Drawing Maths Policies Facts Gating Results
        Publishing     : Diagnostics
        Surfaces       : Diagnostics Drawing Maths Attacks.Engine Attacks Policies Models Facts Evaluation Gating Results Reports TorchSharp
        Hardening      : Diagnostics Maths Native LinearMaps Regimes Policies Samples Models Facts Evaluation Training Reports TorchSharp
        Hosting        : Diagnostics Policies Facts Results Integrity
        UseCases       : Diagnostics Maths Native Kernels Attacks Policies Samples Models Facts Evaluation Gating Results Integrity Reports Surfaces Hosting TorchSharp
        RobustnessGate : Diagnostics Maths Attacks Policies Samples Models Facts Evaluation TorchSharp
        SelfTests      : Diagnostics Maths Native Attacks.Engine Attacks Policies Samples Models Facts Evaluation Gating Results Hosting UseCases TorchSharp
        Reproduction   : Diagnostics Drawing Maths Native Attacks Regimes Policies Samples Models Facts Indicators Evaluation Training Results Reports Surfaces TorchSharp
        """;

    /// <summary>Each room with those that it may know.</summary>
    public static readonly IReadOnlyList<(string Room, string[] Known)> All =
    [
        .. Table.Split('\n').Select(line => line.Split(':')).Select(parts =>
            (parts[0].Trim(), parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))),
    ];

    /// <summary>All ordered pairs of rooms (and tensors) that are forbidden.</summary>
    public static IEnumerable<(string From, string To)> Forbidden =>
        from room in All
        from other in All.Select(entry => entry.Room).Append(Tensors)
        where other != room.Room && !room.Known.Contains(other)
        select (room.Room, other);

    /// <summary>The room of a namespace: that with the longest name that it lies in; null for what is none of ours.</summary>
    public static string? Of(string space) =>
        space == Front ? Front
        : space == Tensors || space.StartsWith(Tensors + ".", StringComparison.Ordinal) ? Tensors
        : All.Select(entry => entry.Room).Where(room => ($"{space}.").StartsWith($"{Front}.{room}.", StringComparison.Ordinal)).MaxBy(room => room.Length)
            ?? (space.StartsWith(Front + ".", StringComparison.Ordinal) ? $"{space}, which is in no room" : null);
}
