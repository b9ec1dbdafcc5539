using RobustnessGate.Evaluation;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>A sample around which a plane is laid.</summary>
/// <param name="Input">(1, …) float32 or float64: the grid is evaluated in its type.</param>
/// <param name="Low">Least valid value of every feature, (1, …).</param>
/// <param name="High">Greatest valid value.</param>
/// <param name="Label">True class.</param>
/// <param name="Number">In the data file.</param>
/// <param name="Id">Names its random directions.</param>
internal sealed record SurfaceSample(Tensor Input, Tensor Low, Tensor High, int Label, int Number, ulong Id)
{
    /// <param name="position">Among the samples in use.</param>
    public static SurfaceSample Of(SampleTensors samples, int position)
    {
        var (low, high) = samples.Box([position], region: false);
        return new(samples.Load([position]), low, high, samples.Labels[position], samples.Number(position), samples.Id(position));
    }
}
