{{/* Labels of everything that belongs to a service: dict "root" $ "name" "ocr". */}}
{{- define "timelift.labels" -}}
app.kubernetes.io/name: timelift
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{/* Labels that select a service's pods; they never change. */}}
{{- define "timelift.selector" -}}
app.kubernetes.io/name: timelift
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "timelift.name" -}}
{{ .root.Release.Name }}-{{ .name }}
{{- end -}}

{{/* Image of a service; the exporter's and the migration's is the gateway's. */}}
{{- define "timelift.image" -}}
{{- $image := .root.Values.image -}}
{{- with index $image.digests .image -}}
{{ $image.registry }}/timelift-{{ $.image }}@{{ . }}
{{- else -}}
{{ $image.registry }}/timelift-{{ .image }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "timelift.database" -}}
{{- $postgres := .root.Values.postgres -}}
postgresql://{{ .role }}@{{ $postgres.host }}:{{ $postgres.port }}/{{ $postgres.database }}{{ with $postgres.parameters }}?{{ . }}{{ end }}
{{- end -}}

{{/* Environment that a service shares with the others. Later entries win: what the chart wires holds against `settings`. */}}
{{- define "timelift.environment" -}}
{{- $values := .root.Values -}}
{{- range $key, $value := $values.settings }}
- name: {{ $key }}
  value: {{ $value | quote }}
{{- end }}
- name: REDIS_HOST
  value: {{ $values.redis.host | quote }}
- name: REDIS_PORT
  value: {{ $values.redis.port | quote }}
- name: REDIS_TLS
  value: {{ $values.redis.tls | quote }}
{{- if $values.redis.userPerService }}
- name: REDIS_USERNAME
  value: {{ .name }}
{{- end }}
- name: REDIS_PASSWORD_FILE
  value: /run/secrets/timelift/redis-{{ .name }}
- name: DATABASE_URL
  value: {{ include "timelift.database" (dict "root" .root "role" (ternary (printf "timelift_%s" .name) $values.postgres.role $values.postgres.rolePerService)) | quote }}
- name: DATABASE_PASSWORD_FILE
  value: /run/secrets/timelift/postgres-{{ .name }}
- name: DATABASE_MIGRATE
  value: "False"
- name: DATABASE_POOL
  value: {{ $values.postgres.pool | quote }}
- name: BLOB_URL
  value: {{ $values.blobs.url | quote }}
{{- with $values.blobs.endpoint }}
- name: AWS_ENDPOINT_URL
  value: {{ . | quote }}
{{- end }}
{{- with $values.blobs.region }}
- name: AWS_REGION
  value: {{ . | quote }}
{{- end }}
{{- /* The exporter opens no blob. */}}
{{- with ternary "" $values.blobs.accessKeyId (eq .name "exporter") }}
- name: AWS_ACCESS_KEY_ID
  value: {{ . | quote }}
- name: AWS_SECRET_ACCESS_KEY_FILE
  value: /run/secrets/timelift/aws-secret-access-key
{{- end }}
{{- end -}}

{{/* The secret's files that a service reads: dict "root" "keys". */}}
{{- define "timelift.volumes" -}}
- name: tmp
  emptyDir: {medium: Memory, sizeLimit: 512Mi}
- name: secrets
  secret:
    secretName: {{ .root.Values.secretName }}
    defaultMode: 0444
    items:
      {{- range .keys }}
      - {key: {{ . }}, path: {{ . }}}
      {{- end }}
{{- end -}}

{{- define "timelift.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: secrets, mountPath: /run/secrets/timelift, readOnly: true}
{{- end -}}

{{- define "timelift.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "timelift.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "timelift.placement" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
