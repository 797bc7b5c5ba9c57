#include "options.hpp"

#include <boost/program_options.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "recipe.hpp"

namespace {

namespace po = boost::program_options;

/// "sgd (default; ..), adadelta, .. or rprop".
std::string optimizer_help() {
  std::vector<std::string> names{"sgd (default; Nesterov momentum 0.9)"};
  for (const auto& [name, choice] : optimizers())
    if (name != "sgd") names.push_back(name);
  const std::string last = std::move(names.back());
  names.pop_back();
  return fmt::format("{} or {}", fmt::join(names, ", "), last);
}

po::options_description describe(Options& o) {
  po::options_description options("Options", 100, 60);
  options.add_options()("data", po::value(&o.data)->value_name("DIR"),
                        "folder with the four IDX files, raw or .gz; by default $GRADUS_DATA, the cache "
                        "folder, or the built-in sample")("model", po::value(&o.model)->value_name("NAME"),
                                                          "cnn (default), mlp or lenet")(
      "epochs", po::value(&o.epochs)->value_name("N"), "passes over the training images (default 3)")(
      "batch-size", po::value(&o.batch_size)->value_name("N"), "images per step (default 64)")(
      "lr", po::value<double>()->value_name("X"),
      "learning rate, at its peak (default: one that suits model and optimizer)")(
      "optimizer", po::value(&o.optimizer)->value_name("NAME"), optimizer_help().c_str())(
      "schedule", po::value(&o.schedule)->value_name("NAME"),
      "onecycle (default), cosine, step, warmup or none")(
      "augment", po::bool_switch(&o.augment), "turn, scale and shift the training images at random")(
      "dropout", po::value(&o.dropout)->value_name("P"),
      "zero this share of the cnn's last hidden units in training (default 0)")(
      "seed", po::value(&o.seed)->value_name("N"), "where all random numbers start from (default 1)")(
      "threads", po::value<int>()->value_name("N"),
      "threads to use (default: all); the result does not depend on it")(
      "save", po::value(&o.save)->value_name("FILE"),
      "write the final weights: .safetensors, .pth (PyTorch) or .npz (NumPy); or the model: .onnx")(
      "load", po::value(&o.load)->value_name("FILE"), "start from weights in one of the first three formats")(
      "predict", po::value(&o.predict)->value_name("PICTURE"),
      "FILE.png, or IDXFILE:N, or test:N: show the digit and what the model takes it for; with --load "
      "nothing is trained")("graph", po::value(&o.graph)->value_name("FILE"),
                            "write the graph of one step for Graphviz (.dot) or as .graphml")(
      "checkpoint", po::value(&o.checkpoint)->value_name("DIR"),
      "keep what the run needs to go on with the same bits: the last 3, and the best")(
      "every", po::value(&o.every)->value_name("N"),
      "steps between checkpoints (default: one at the end of each epoch)")(
      "resume", po::bool_switch(&o.resume), "go on from the last checkpoint in DIR, if there is one")(
      "replay", po::value(&o.replay)->value_name("FILE"),
      "compute the step again that a run has given up on, and name the op that was not finite")(
      "log", po::value(&o.log)->value_name("FILE"), "write a line per epoch, as .csv or else JSON")(
      "report", po::value(&o.report)->value_name("FILE"),
      "write a page of HTML: curves, confusion, the worst mistakes, filters, time by layer")(
      "tensorboard", po::value(&o.tensorboard)->value_name("DIR"), "write what TensorBoard shows")(
      "require-accuracy", po::value(&o.require_accuracy)->value_name("X"),
      "exit with 1 if the test accuracy in percent is below X")(
      "quiet", po::bool_switch(&o.quiet), "print only the last line")("help,h", "show this");
  return options;
}

void one_of(const std::string& option, const std::string& value, const std::vector<std::string>& allowed) {
  std::string list;
  for (const std::string& name : allowed) {
    if (value == name) return;
    list += (list.empty() ? "" : ", ") + name;
  }
  throw UsageError(fmt::format("--{} {} is not known; choose one of {}", option, value, list));
}

/// What `--save` can write, by the extension.
void check_format(const std::string& file) {
  for (const char* extension : {".safetensors", ".pth", ".pt", ".npz", ".onnx"})
    if (file.ends_with(extension)) return;
  throw UsageError(
      fmt::format("--save {} does not end in one of .safetensors, .pth, .pt, .npz, .onnx", file));
}

void check(const Options& o) {
  if (!o.save.empty()) check_format(o.save);
  one_of("model", o.model, {"cnn", "mlp", "lenet"});
  std::vector<std::string> names;
  for (const auto& [name, choice] : optimizers()) names.push_back(name);
  one_of("optimizer", o.optimizer, names);
  one_of("schedule", o.schedule, {"onecycle", "cosine", "step", "warmup", "none"});
  const auto least = [](const char* option, double value, double bound) {
    if (!(value >= bound)) throw UsageError(fmt::format("--{} {} must be at least {}", option, value, bound));
  };
  least("epochs", o.epochs, 0);
  least("batch-size", o.batch_size, 1);
  least("every", o.every, 0);
  if (o.checkpoint.empty() && (o.resume || o.every > 0))
    throw UsageError(fmt::format("--{} needs --checkpoint DIR", o.resume ? "resume" : "every"));
  if (!(o.dropout >= 0 && o.dropout < 1))
    throw UsageError(fmt::format("--dropout {} must lie in [0, 1)", o.dropout));
  if (o.dropout > 0 && o.model != "cnn")
    throw UsageError(fmt::format("--dropout: the {} has none; only the cnn does", o.model));
  least("threads", o.threads.value_or(1), 1);
  if (o.lr && !(*o.lr > 0)) throw UsageError(fmt::format("--lr {} must be positive", *o.lr));
  if (!(o.require_accuracy >= 0 && o.require_accuracy <= 100))
    throw UsageError(fmt::format("--require-accuracy {} must be a percentage", o.require_accuracy));
}

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv) {
  Options o;
  const po::options_description options = describe(o);
  try {
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv)
                  .options(options)
                  .positional({})
                  .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
                  .run(),
              values);
    po::notify(values);
    if (values.count("help") != 0) {
      std::ostringstream text;
      text << options;
      fmt::print(
          "Trains a network on handwritten digits and reports how well it reads them.\n\n"
          "usage:   mnist [options]\n"
          "example: mnist --epochs 3 --augment --save net.safetensors\n"
          "         mnist --checkpoint run --every 100 --resume\n"
          "         mnist --load net.safetensors --predict test:7\n\n{}\n"
          "Exit codes: 0 fine, 1 accuracy below --require-accuracy, 2 wrong option or file, 3 a loss that is "
          "not\nfinite, 130 or 143 stopped by Ctrl-C or SIGTERM.\n",
          text.str());
      return std::nullopt;
    }
    if (values.count("lr") != 0) o.lr = values["lr"].as<double>();
    if (values.count("threads") != 0) o.threads = values["threads"].as<int>();
  } catch (const po::error& error) {
    throw UsageError(fmt::format("{} (mnist --help lists the options)", error.what()));
  }
  check(o);
  return o;
}

double learning_rate(const Options& o) {
  if (o.lr) return *o.lr;
  if (o.optimizer == "sgd" && o.model == "mlp") return 0.3;
  return optimizers().at(o.optimizer).rate * (o.model == "mlp" ? 3 : 1);
}
