namespace RobustnessGate.Models;

/// <summary>A network as a reader returns it, with what the loader still has to check.</summary>
internal interface IOpenedNetwork : INetwork
{
    /// <summary>Shape of the raw output for <see cref="BatchRunner.ProbeSize"/> inputs.</summary>
    IReadOnlyList<long> ProbeOutput { get; }

    /// <summary>Paths of the files that belong to the model beside the one it was read from, in a fixed order.</summary>
    IReadOnlyList<string> OtherFiles { get; }
}
