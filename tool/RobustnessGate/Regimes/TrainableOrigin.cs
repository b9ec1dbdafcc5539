namespace RobustnessGate.Regimes;

/// <summary>What determines a training of a model from a file besides its weights, as text.</summary>
/// <param name="File">Hash of the model file.</param>
/// <param name="Preprocessing">What happens to inputs inside the model, and to gradients at its steps.</param>
/// <param name="Place">Device and threads: sums come in another order on others.</param>
internal sealed record TrainableOrigin(string File, string Preprocessing, string Place);
