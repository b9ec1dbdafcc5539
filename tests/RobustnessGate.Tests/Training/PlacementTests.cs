using RobustnessGate.Maths;
using RobustnessGate.Regimes;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Training;

public class PlacementTests
{
    /// <summary>With gradients in l2: the stand-in has no absolute value.</summary>
    public static IEnumerable<object[]> Regimes => new TheoryData<Regime>(
    [
        .. RegimeCatalog.All.Select(regime => regime.Within(0.1)).Select(regime => regime switch
        {
            Jacobian jacobian => jacobian with { Norm = GradientNorm.L2 },
            JacobianAdversarial both => both with { Norm = GradientNorm.L2 },
            _ => regime,
        }),
    ]);

    /// <summary>
    /// The device <c>meta</c> stands in for a GPU: an operation that mixes it with tensors of the CPU fails, and so does
    /// one that reads a value back.
    /// </summary>
    [Theory]
    [MemberData(nameof(Regimes))]
    internal void A_step_stays_on_the_device_of_its_network(Regime regime)
    {
        using var scope = NewDisposeScope();
        var device = new Device(DeviceType.META);
        using var network = new SmoothNetwork(1, device) { Training = true };
        var inputs = zeros(4, SmoothNetwork.Inputs, ScalarType.Float64, device);
        var labels = zeros(4, ScalarType.Int64, device);
        var loss = regime.Loss(new(network, inputs, labels, Number: 0, Progress: 1, new Bounds(0, 1), Seed: 1));
        var gradients = InputGradient.OfAll(loss.Total, [.. network.Weights.Select(weight => weight.Value)]);
        using var state = new Optimizer.State(new Optimizer.Adam(), network);
        state.Step(gradients, 0.1);
        Assert.All(
            gradients.Concat(state.Named.Select(moment => moment.Value)).Append(loss.Total).Append(loss.Fit),
            tensor => Assert.Equal(DeviceType.META, tensor.device_type));
    }
}
