using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>The network of the fixtures as a TorchSharp class, to be loaded from this very assembly.</summary>
internal sealed class SmallModule : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d _first = nn.Conv2d(2, 4, 3, padding: 1);
    private readonly Conv2d _second = nn.Conv2d(4, 6, 3, groups: 2);
    private readonly Linear _last = nn.Linear(24, 5);

    public SmallModule(string name)
        : base(name) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        var hidden = nn.functional.max_pool2d(_first.call(input).relu(), [2, 2]);
        return _last.call(_second.call(hidden).relu().flatten(1));
    }
}

/// <summary>A module whose constructor makes the same weights each time.</summary>
internal sealed class SteadyModule : nn.Module<Tensor, Tensor>
{
    private readonly Linear _last = nn.Linear(128, 5);

    public SteadyModule()
        : base("steady")
    {
        RegisterComponents();
        foreach (var parameter in parameters())
        {
            nn.init.constant_(parameter, 0.5);
        }
    }

    public override Tensor forward(Tensor input) => _last.call(input.flatten(1));
}

/// <summary>A module whose constructor fails.</summary>
internal sealed class BrokenModule : nn.Module<Tensor, Tensor>
{
    public BrokenModule()
        : base("broken") => throw new InvalidOperationException("no such luck");

    public override Tensor forward(Tensor input) => input;
}

/// <summary>A module that cannot be constructed without knowing more.</summary>
internal sealed class DemandingModule(int classes) : nn.Module<Tensor, Tensor>("demanding")
{
    public override Tensor forward(Tensor input) => input.flatten(1).narrow(1, 0, classes);
}
