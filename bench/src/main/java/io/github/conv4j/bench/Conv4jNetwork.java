package io.github.conv4j.bench;

import io.github.conv4j.Accuracy;
import io.github.conv4j.Conv4j;
import io.github.conv4j.Tensor;
import io.github.conv4j.io.TorchCheckpoint;
import io.github.conv4j.models.ModelOptions;
import io.github.conv4j.models.Models;
import io.github.conv4j.nn.CompiledModule;
import io.github.conv4j.nn.Module;
import java.io.IOException;

/** A network in conv4j, compiled for its input. */
final class Conv4jNetwork implements Prepared {
  private final CompiledModule network;
  private final Tensor input;
  private final Tensor output;

  Conv4jNetwork(NetworkData data, Contender contender, int threads) throws IOException {
    Conv4j.setThreads(threads);
    Accuracy accuracy = contender == Contender.CONV4J_FAST ? Accuracy.FAST : Accuracy.PYTORCH;
    Module model =
        Models.byName(
            data.description().model(),
            ModelOptions.defaults().accuracy(accuracy).initWeights(false));
    model.loadStateDict(TorchCheckpoint.stateDict(data.weights()));
    model.eval();
    network = model.compile(data.input().shape().toArray());
    input = data.input();
    output = data.newOutput();
  }

  @Override
  public void run() {
    network.forward(input, output);
  }

  @Override
  public Tensor output() {
    return output;
  }

  @Override
  public void close() {}
}
