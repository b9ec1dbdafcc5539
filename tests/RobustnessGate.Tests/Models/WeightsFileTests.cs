using RobustnessGate.Diagnostics;
using RobustnessGate.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

public class WeightsFileTests
{
    private static readonly (string Case, string File, string Code, string Says, byte[] Bytes)[] Cases =
    [
        ("no bytes", "w.safetensors", "RG0421", "longer than the file", []),
        ("a byte less than a length takes", "w.safetensors", "RG0421", "longer than the file", new byte[7]),
        ("header longer than the file", "w.safetensors", "RG0421", "longer than the file", [255, 255, 255, 255, 255, 255, 255, 127, (byte)'{', (byte)'}']),
        ("header no JSON", "w.safetensors", "RG0421", "cannot be read", SafeTensors.Bytes("{\"a\":", [])),
        ("entry without a type", "w.safetensors", "RG0421", "cannot be read", SafeTensors.Bytes("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", new byte[4])),
        ("unknown type", "w.safetensors", "RG0421", "F4", SafeTensors.Bytes("{\"a\":{\"dtype\":\"F4\",\"shape\":[1],\"data_offsets\":[0,4]}}", new byte[4])),
        ("outside the data", "w.safetensors", "RG0421", "outside the data", SafeTensors.Bytes("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", new byte[4])),
        ("offsets turned", "w.safetensors", "RG0421", "outside the data", SafeTensors.Bytes("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", new byte[4])),
        ("shape and bytes differ", "w.safetensors", "RG0421", "is not [3]", SafeTensors.Bytes("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", new byte[8])),
        ("absurd shape", "w.safetensors", "RG0421", "claims the shape", SafeTensors.Bytes("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}", new byte[8])),
        ("negative shape", "w.safetensors", "RG0421", "claims the shape", SafeTensors.Bytes("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", new byte[4])),
        ("header a list", "w.safetensors", "RG0421", "cannot be read", SafeTensors.Bytes("[]", [])),
        ("empty dat", "w.dat", "RG0421", "cannot be read", []),
        ("dat with a name of negative length", "w.dat", "RG0421", "cannot be read", [1, 255, 255, 255, 255, 15]),
        ("dat cut short", "w.dat", "RG0421", "cannot be read", [1, 1, (byte)'a', 6, 1]),
        ("dat longer than the file", "w.dat", "RG0421", "longer than the file", [1, 1, (byte)'a', 6, 1, 100, 0]),
        ("dat of absurd rank", "w.dat", "RG0421", "dimensions", [1, 1, (byte)'a', 6, 127]),
        ("dat of unknown type", "w.dat", "RG0421", "type number 99", [1, 1, (byte)'a', 99, 0]),
        ("dat with a name twice", "w.dat", "RG0421", "twice", [2, 1, (byte)'a', 1, 0, 7, 1, (byte)'a', 1, 0, 7]),
        ("endless number", "w.dat", "RG0421", "cannot be read", [.. Enumerable.Repeat((byte)255, 40)]),
        ("pickle", "w.pth", "RG0402", "can run code", [0x80, 2, (byte)'.']),
        ("not fetched", "w.safetensors", "RG0421", "git lfs pull", "version https://git-lfs.github.com/spec/v1\n"u8.ToArray()),
        ("another extension", "w.bin", "RG0421", "safetensors", [1, 2, 3]),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(bad => bad.Case)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Bad_weights_are_refused_with_their_code(string name)
    {
        var (_, file, code, says, bytes) = Cases.Single(bad => bad.Case == name);

        var finding = Assert.Single(Assert.Throws<MistakeException>(() => WeightsFile.Read(bytes, file)).Findings);

        Assert.Equal((code, file), (finding.Code, finding.Where?.File));
        Assert.Contains(says, finding.Message, StringComparison.Ordinal);
    }

    /// <summary>Whatever few bytes a file holds, it is weights or a finding.</summary>
    [Theory]
    [InlineData("w.safetensors")]
    [InlineData("w.dat")]
    public void Short_files_are_read_or_refused(string file)
    {
        foreach (var (length, value) in Enumerable.Range(0, 17).SelectMany(length => new byte[] { 0, 1, 127, 128, 255 }.Select(value => (length, value))))
        {
            byte[] bytes = [.. Enumerable.Repeat(value, length)];
            try
            {
                // A .dat may say that it has few entries, whatever follows.
                using var read = WeightsFile.Read(bytes, file);
                Assert.Equal("w.dat", file);
                Assert.InRange(read.Tensors.Count, 0, value);
            }
            catch (MistakeException mistake)
            {
                Assert.Equal("RG0421", Assert.Single(mistake.Findings).Code);
            }
        }
    }

    [Fact]
    public void Missing_weights_are_refused() =>
        Assert.Equal("RG0403", Assert.Single(Assert.Throws<MistakeException>(() => WeightsFile.Read("nowhere/w.dat")).Findings).Code);

    [Fact]
    public void Both_formats_hold_the_same_tensors()
    {
        using var scope = NewDisposeScope();
        using var module = new SmallModule("small");
        using var stream = new MemoryStream();
        module.save(stream);
        var state = module.state_dict().Select(entry => (entry.Key, entry.Value)).ToList();

        using var dat = WeightsFile.Read(stream.ToArray(), "w.dat");
        using var safe = WeightsFile.Read(SafeTensors.Bytes(state), "w.safetensors");

        Assert.Equal(6, state.Count);
        Assert.All(state, entry =>
        {
            Assert.Equal(entry.Value.shape, dat.Tensors[entry.Key].shape);
            Assert.Equal(Numbers.Floats(entry.Value), Numbers.Floats(dat.Tensors[entry.Key]));
            Assert.Equal(Numbers.Floats(entry.Value), Numbers.Floats(safe.Tensors[entry.Key]));
        });
    }
}
