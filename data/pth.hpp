#pragma once

#include <filesystem>

#include <gradus/data/tensor_file.hpp>

namespace gradus::data {

/// Writes the tensors as PyTorch's `torch.save(state_dict, file)` does; `torch.load` reads them, with
/// `weights_only=True` too. Tensors that are one another's alias are so again when they have been read. The
/// file appears under its name only when it is complete. Throws IoError when it cannot be written, ValueError
/// for a name given twice.
void write_pth(const std::filesystem::path& file, const NamedTensors& tensors,
               SourceLocation at = SourceLocation::current());

/// Reads what `torch.save(model.state_dict(), file)` of PyTorch 1.6 or later wrote: a dict of names and
/// tensors of any strides, wherever they were. Nothing in the file is run: it is made of a few kinds of
/// values, and whatever else it asks for is refused by name. float16 and bfloat16 become float32, integers
/// other than uint8 of at most 32 bits int64. Throws IoError naming the file, the tensor and the cause.
NamedTensors read_pth(const std::filesystem::path& file);

}  // namespace gradus::data
