-- A database as version 1.0.0 made it, dumped by Python's sqlite3.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE app_state (
	"key" VARCHAR NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_app_state PRIMARY KEY ("key")
);
INSERT INTO "app_state" VALUES('pseudonym_secret','0000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE guilds (
	guild_id BIGINT NOT NULL, 
	timezone VARCHAR DEFAULT 'UTC' NOT NULL, 
	left_at BIGINT, 
	CONSTRAINT pk_guilds PRIMARY KEY (guild_id)
);
INSERT INTO "guilds" VALUES(300000000000000001,'Europe/Berlin',NULL);
CREATE TABLE notifications (
	song_id INTEGER NOT NULL, 
	user_id BIGINT NOT NULL, 
	asked_at BIGINT NOT NULL, 
	CONSTRAINT pk_notifications PRIMARY KEY (song_id, user_id), 
	CONSTRAINT fk_notifications_song_id FOREIGN KEY(song_id) REFERENCES songs (id) ON DELETE CASCADE
);
CREATE TABLE quota_changes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	guild_id BIGINT NOT NULL, 
	changed_at BIGINT NOT NULL, 
	actor_id BIGINT NOT NULL, 
	what VARCHAR NOT NULL, 
	old TEXT, 
	new TEXT, 
	CONSTRAINT fk_quota_changes_guild_id FOREIGN KEY(guild_id) REFERENCES guilds (guild_id) ON DELETE CASCADE
);
INSERT INTO "quota_changes" VALUES(1,300000000000000001,1773837000000000,9,'rule:member',NULL,'3 per hour');
INSERT INTO "quota_changes" VALUES(2,300000000000000001,1773837000000000,9,'rule:member','3 per hour','10 per week');
INSERT INTO "quota_changes" VALUES(3,300000000000000001,1773837000000000,9,'rule:user:200000000000000002',NULL,'0 per day');
INSERT INTO "quota_changes" VALUES(4,300000000000000001,1773837000000000,9,'rule:role:77',NULL,'100000 per month');
INSERT INTO "quota_changes" VALUES(5,300000000000000001,1773837000000000,9,'rule:role:77','100000 per month',NULL);
INSERT INTO "quota_changes" VALUES(6,300000000000000001,1773837000000000,9,'grant:200000000000000001','0','2');
INSERT INTO "quota_changes" VALUES(7,300000000000000001,1773837000000000,9,'reset:200000000000000001',NULL,NULL);
INSERT INTO "quota_changes" VALUES(8,300000000000000001,1773837000000000,9,'timezone','UTC','Europe/Berlin');
CREATE TABLE quota_grants (
	guild_id BIGINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	songs BIGINT NOT NULL, 
	CONSTRAINT pk_quota_grants PRIMARY KEY (guild_id, user_id), 
	CONSTRAINT fk_quota_grants_guild_id FOREIGN KEY(guild_id) REFERENCES guilds (guild_id) ON DELETE CASCADE
);
INSERT INTO "quota_grants" VALUES(300000000000000001,200000000000000001,2);
CREATE TABLE quota_resets (
	guild_id BIGINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	last_song_id BIGINT NOT NULL, 
	reset_at BIGINT NOT NULL, 
	CONSTRAINT pk_quota_resets PRIMARY KEY (guild_id, user_id), 
	CONSTRAINT fk_quota_resets_guild_id FOREIGN KEY(guild_id) REFERENCES guilds (guild_id) ON DELETE CASCADE
);
INSERT INTO "quota_resets" VALUES(300000000000000001,200000000000000001,0,1773837000000000);
CREATE TABLE quota_rules (
	guild_id BIGINT NOT NULL, 
	who VARCHAR NOT NULL, 
	subject_id BIGINT NOT NULL, 
	rule_limit BIGINT NOT NULL, 
	per VARCHAR NOT NULL, 
	CONSTRAINT pk_quota_rules PRIMARY KEY (guild_id, who, subject_id), 
	CONSTRAINT fk_quota_rules_guild_id FOREIGN KEY(guild_id) REFERENCES guilds (guild_id) ON DELETE CASCADE
);
INSERT INTO "quota_rules" VALUES(300000000000000001,'member',0,10,'week');
INSERT INTO "quota_rules" VALUES(300000000000000001,'user',200000000000000002,0,'day');
CREATE TABLE saves (
	user_id BIGINT NOT NULL, 
	song_id INTEGER NOT NULL, 
	saved_at BIGINT NOT NULL, 
	CONSTRAINT pk_saves PRIMARY KEY (user_id, song_id), 
	CONSTRAINT fk_saves_song_id FOREIGN KEY(song_id) REFERENCES songs (id) ON DELETE CASCADE
);
CREATE TABLE songs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	order_key VARCHAR, 
	user_id BIGINT NOT NULL, 
	guild_id BIGINT, 
	quota_scope BIGINT NOT NULL, 
	prompt TEXT NOT NULL, 
	search_text TEXT NOT NULL, 
	private BOOLEAN NOT NULL, 
	state VARCHAR NOT NULL, 
	delivery VARCHAR NOT NULL, 
	reason VARCHAR, 
	error TEXT, 
	channel_id BIGINT NOT NULL, 
	message_id BIGINT, 
	token VARCHAR, 
	token_expires_at BIGINT, 
	bot_in_channel BOOLEAN NOT NULL, 
	upload_limit BIGINT NOT NULL, 
	job_id TEXT, 
	title TEXT, 
	bpm DOUBLE, 
	duration_seconds BIGINT, 
	song_url TEXT, 
	image_url TEXT, 
	tags TEXT, 
	parent_id INTEGER, 
	relation VARCHAR, 
	created_at BIGINT NOT NULL, 
	charged_at BIGINT NOT NULL, 
	refunded_at BIGINT, 
	granted BOOLEAN NOT NULL, 
	submitted_at BIGINT, 
	unavailable_since BIGINT, 
	finished_at BIGINT, 
	delivered_at BIGINT, 
	deleted_at BIGINT, 
	lease_owner VARCHAR, 
	CONSTRAINT fk_songs_parent_id FOREIGN KEY(parent_id) REFERENCES songs (id) ON DELETE SET NULL, 
	CONSTRAINT uq_songs_order_key UNIQUE (order_key)
);
INSERT INTO "songs" VALUES(1,'interaction-1',200000000000000001,300000000000000001,300000000000000001,'a song about rain','a song about rain
midnight grid
synthwave
night',0,'completed','delivered',NULL,NULL,400000000000000001,500000000000000001,NULL,NULL,1,26214400,'job-1','Midnight Grid',120.5,184,'https://cdn.example/song.mp3','https://cdn.example/cover.png','["synthwave", "night"]',NULL,NULL,1773837000000000,1773837000000000,NULL,0,1773837000000000,NULL,1773837060000000,1773837060000000,NULL,NULL);
INSERT INTO "songs" VALUES(2,'interaction-2',200000000000000001,300000000000000001,300000000000000001,'a song about rain','a song about rain',0,'composing','pending',NULL,NULL,400000000000000001,500000000000000001,'interaction-token',1773837900000000,1,26214400,'job-2',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1773837000000000,1773837000000000,NULL,0,1773837000000000,NULL,NULL,NULL,NULL,'worker-1');
INSERT INTO "songs" VALUES(3,'interaction-3',200000000000000001,300000000000000001,300000000000000001,'a song about rain','a song about rain',0,'submitting','pending',NULL,NULL,400000000000000001,500000000000000001,'interaction-token',1773837900000000,1,26214400,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1773837000000000,1773837000000000,NULL,0,1773837000000000,NULL,NULL,NULL,NULL,'worker-1');
INSERT INTO "songs" VALUES(4,'interaction-4',200000000000000002,300000000000000002,300000000000000002,'a song about rain','a song about rain',1,'queued','pending',NULL,NULL,400000000000000001,500000000000000001,'interaction-token',1773837900000000,1,26214400,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1773837000000000,1773837000000000,NULL,0,NULL,NULL,NULL,NULL,NULL,'worker-1');
CREATE TABLE workers (
	name VARCHAR NOT NULL, 
	lease_until BIGINT NOT NULL, 
	CONSTRAINT pk_workers PRIMARY KEY (name)
);
CREATE INDEX ix_songs_charged ON songs (charged_at, refunded_at);
CREATE INDEX ix_songs_completed ON songs (finished_at) WHERE state = 'completed';
CREATE INDEX ix_songs_library ON songs (user_id, id);
CREATE INDEX ix_songs_own ON songs (user_id, quota_scope, charged_at, refunded_at);
CREATE INDEX ix_songs_parent ON songs (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX ix_songs_pending ON songs (id, lease_owner) WHERE delivery = 'pending';
CREATE INDEX ix_songs_public ON songs (guild_id, user_id, id);
CREATE INDEX ix_songs_scope ON songs (quota_scope, charged_at, user_id, refunded_at);
CREATE INDEX ix_songs_served ON songs (user_id, submitted_at);
CREATE INDEX ix_songs_unfinished ON songs (user_id, id, state) WHERE finished_at IS NULL;
CREATE INDEX ix_notifications_user ON notifications (user_id);
CREATE INDEX ix_quota_changes_guild ON quota_changes (guild_id, id);
CREATE INDEX ix_saves_song ON saves (song_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('quota_changes',8);
INSERT INTO "sqlite_sequence" VALUES('songs',4);
COMMIT;
