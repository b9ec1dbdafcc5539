using System.Runtime.InteropServices;
using RobustnessGate.Tests.Cli;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustnessGate.SlowTests;

/// <summary>
/// The network of <see cref="Workspace"/>, which prints: what a file of the working directory holds at each pass, through
/// the console and, as native libraries do, to the descriptors 1 and 2. Model and policy are the same whatever it prints.
/// </summary>
internal sealed partial class PrintingModule : nn.Module<Tensor, Tensor>
{
    /// <summary>The file that holds what is printed.</summary>
    public const string File = "prints.txt";

    /// <summary>The file that says how many megabytes are printed more, once.</summary>
    public const string Megabytes = "megabytes.txt";

    /// <summary>The file with which the process dies at the tenth pass.</summary>
    public const string Dies = "dies.txt";

    private readonly Linear _last = nn.Linear(4, 2, hasBias: false);
    private readonly byte[] _prints = System.IO.File.Exists(File) ? System.IO.File.ReadAllBytes(File) : [];
    private int _megabytes = System.IO.File.Exists(Megabytes)
        ? int.Parse(System.IO.File.ReadAllText(Megabytes), System.Globalization.CultureInfo.InvariantCulture) : 0;
    private int _passes;

    public PrintingModule()
        : base("printing")
    {
        RegisterComponents();
        using var weights = tensor(new float[,] { { 4, 4, 0, 0 }, { 0, 0, 4, 4 } });
        using var _ = no_grad();
        _last.weight.copy_(weights);
    }

    public override Tensor forward(Tensor input)
    {
        _passes++;
        if (_prints.Length > 0)
        {
            Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(_prints));
            Console.Error.WriteLine(System.Text.Encoding.UTF8.GetString(_prints));
            Print(1, _prints);
            Print(2, _prints);
        }

        if (_prints.Length > 0 && _passes == 1)
        {
            // The C library keeps it until its buffer is full or the process ends.
            _ = Puts("held back\0"u8);
        }

        for (var block = Enumerable.Repeat((byte)'x', 1 << 20).ToArray(); _megabytes > 0; _megabytes--)
        {
            Print(1 + (_megabytes % 2), block);
        }

        if (_passes == 10 && System.IO.File.Exists(Dies))
        {
            Abort();
        }

        return _last.call(input.flatten(1));
    }

    private static void Print(int descriptor, ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var written = Write(descriptor, text, text.Length);
            if (written <= 0)
            {
                return;
            }

            text = text[(int)written..];
        }
    }

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> text, nint length);

    [LibraryImport("libc", EntryPoint = "puts")]
    private static partial int Puts(ReadOnlySpan<byte> text);

    [LibraryImport("libc", EntryPoint = "abort")]
    private static partial void Abort();
}
