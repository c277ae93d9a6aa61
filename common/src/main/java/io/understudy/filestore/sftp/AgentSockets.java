package io.understudy.filestore.sftp;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.sshd.agent.SshAgent;
import org.apache.sshd.agent.SshAgentFactory;
import org.apache.sshd.agent.SshAgentServer;
import org.apache.sshd.common.FactoryManager;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;

/** Connects each login to the SSH agent; forwards it to no server. */
record AgentSockets(Path path) implements SshAgentFactory {
    @Override
    public SshAgent createClient(Session session, FactoryManager manager) throws IOException {
        return new AgentSocket(path);
    }

    @Override
    public List<ChannelFactory> getChannelForwardingFactories(FactoryManager manager) {
        return List.of();
    }

    @Override
    public SshAgentServer createServer(ConnectionService service) {
        throw new UnsupportedOperationException("an agent is not forwarded");
    }
}
