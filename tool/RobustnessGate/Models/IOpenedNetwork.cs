namespace RobustnessGate.Models;

/// <summary>A network as a reader returns it, with what the loader still has to check.</summary>
internal interface IOpenedNetwork : INetwork
{
    /// <summary>Shape of the raw output for <see cref="BatchRunner.ProbeSize"/> inputs.</summary>
    IReadOnlyList<long> ProbeOutput { get; }

    /// <summary>SHA-256 of the weights kept in files beside the model; null where there are none.</summary>
    byte[]? ExternalDigest { get; }
}
